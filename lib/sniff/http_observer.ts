/** The events of HTTP in the clear; and what a proxy's CONNECT leads to. */
import type { FieldPart } from "../event/joined_event.ts";
import { ConnectAnswer } from "../http/connect_answer.ts";
import type { HttpRequest } from "../http/request.ts";
import { isRequest } from "../http/request_head.ts";
import { HttpRequestStream } from "../http/request_stream.ts";
import type { Analyzer } from "./analyzer.ts";
import type { EngineView } from "./engine_view.ts";
import type { Flow } from "./flow.ts";
import { type Recognition, type Recognizer, RecognizingAnalyzer } from "./recognizing_analyzer.ts";
import { isNews, tell } from "./report.ts";
import { requestFacts } from "./request_facts.ts";

/** Makes the recognizer for what is spoken in a tunnel, if it is not HTTP. */
export type TunnelRecognizer = (engine: EngineView, flow: Flow) => Recognizer;

/** Follows the requests of a connection, and into a tunnel if they open one. */
export class HttpObserver implements Analyzer, Recognizer {
  readonly #engine: EngineView;
  readonly #flow: Flow;
  readonly #tunnelRecognizer: TunnelRecognizer;
  #requests = new HttpRequestStream();
  /** The answer to the last CONNECT, while it is not whole. */
  #answer: ConnectAnswer | undefined;
  /** Behind a CONNECT that was not refused: the connection is a tunnel then (RFC 9110 9.3.6). */
  #tunnel: RecognizingAnalyzer | undefined;
  #inTunnel: Recognizer | undefined;

  constructor(engine: EngineView, flow: Flow, tunnelRecognizer: TunnelRecognizer) {
    this.#engine = engine;
    this.#flow = flow;
    this.#tunnelRecognizer = tunnelRecognizer;
  }

  get held(): number {
    return this.#requests.held + (this.#answer?.held ?? 0) + (this.#tunnel?.held ?? 0);
  }

  listens(fromOpener: boolean): boolean {
    if (!fromOpener && this.#answer !== undefined) return true;
    return this.#tunnel?.listens(fromOpener) ?? fromOpener;
  }

  data(fromOpener: boolean, bytes: Uint8Array): boolean {
    if (!fromOpener && this.#answer !== undefined) return this.#readAnswer(this.#answer, bytes);
    if (this.#tunnel !== undefined) return this.#tunnel.data(fromOpener, bytes);
    return fromOpener ? this.#readRequests(bytes) : true;
  }

  gap(fromOpener: boolean, length: number): boolean {
    // What comes behind the gap may be the tunnel's already.
    if (!fromOpener) this.#answer = undefined;
    if (this.#tunnel !== undefined) return this.#tunnel.gap(fromOpener, length);
    if (fromOpener) this.#requests.skip(length);
    return !this.#requests.ended;
  }

  packet(fromOpener: boolean, payloadLength: number): void {
    this.#tunnel?.packet(fromOpener, payloadLength);
  }

  end(): void {
    this.#tunnel?.end();
  }

  /** What is spoken in the tunnel; HTTP is read here, so that tunnels in tunnels do not pile up. */
  recognize(client: Uint8Array, server: Uint8Array): Recognition {
    if (!isRequest(client)) return this.#inTunnel!.recognize(client, server);
    this.#tunnel = undefined;
    this.#requests = new HttpRequestStream();
    return { analyzer: this, openerSkip: 0, responderSkip: server.length, turned: false };
  }

  begins(bytes: Uint8Array): boolean {
    return this.#inTunnel!.begins(bytes);
  }

  forget(fromOpener: boolean): void {
    this.#inTunnel?.forget(fromOpener);
  }

  #readRequests(bytes: Uint8Array): boolean {
    let rest = bytes;
    while (true) {
      for (const request of this.#requests.push(rest)) {
        reportRequest(this.#engine, this.#flow, request);
      }
      const behind = this.#requests.behindConnect;
      if (behind === undefined) return !this.#requests.ended;
      this.#answer = new ConnectAnswer();
      if (!isRequest(behind)) return this.#openTunnel(behind);
      rest = behind;
    }
  }

  #readAnswer(answer: ConnectAnswer, bytes: Uint8Array): boolean {
    const answered = answer.push(bytes);
    if (answered === undefined) return true;
    this.#answer = undefined;
    if (answered.outcome === "refused") this.#tunnel = undefined;
    const { rest } = answered;
    return this.#tunnel === undefined || rest.length === 0 || this.#tunnel.data(false, rest);
  }

  /** @param bytes what the client says in the tunnel so far */
  #openTunnel(bytes: Uint8Array): boolean {
    this.#inTunnel = this.#tunnelRecognizer(this.#engine, this.#flow);
    this.#tunnel = new RecognizingAnalyzer(this);
    return bytes.length === 0 || this.#tunnel.data(true, bytes);
  }
}

/** Reports an `http_request`. @param more fields besides those of the request */
export function reportRequest(
  engine: EngineView,
  flow: Flow,
  request: HttpRequest,
  more: readonly FieldPart[] = [],
): void {
  const { fields, name } = requestFacts(request, engine.ja4plus);
  if (isNews(engine, flow, "http_request", name)) {
    tell(engine, flow, "http_request", [fields, ...more]);
  }
}
