/** The events of HTTP in the clear; and of TLS behind a CONNECT. */
import { ja4h } from "../fingerprint/ja4plus/ja4h.ts";
import { headerValue, type HttpRequest, requestHost } from "../http/request.ts";
import { HttpRequestStream } from "../http/request_stream.ts";
import type { Analyzer } from "./analyzer.ts";
import type { EngineView } from "./engine_view.ts";
import type { Flow } from "./flow.ts";
import { report } from "./report.ts";
import { TlsAnalyzer } from "./tls_analyzer.ts";
import { TlsReporter } from "./tls_reporter.ts";

/** Header names that an event lists. */
const MAX_NAMES = 60;

/** Follows the requests of a connection. */
export class HttpObserver implements Analyzer {
  readonly #engine: EngineView;
  readonly #flow: Flow;
  readonly #requests = new HttpRequestStream();
  #tunnel: TlsAnalyzer | undefined;
  #connected = false;

  constructor(engine: EngineView, flow: Flow) {
    this.#engine = engine;
    this.#flow = flow;
  }

  data(fromOpener: boolean, bytes: Uint8Array): boolean {
    if (this.#tunnel !== undefined) return this.#tunnel.data(fromOpener, bytes);
    if (!fromOpener) return true;
    // After CONNECT the connection is a tunnel (RFC 9110 9.3.6): what comes is another protocol.
    if (this.#connected) {
      if (bytes[0] !== 0x16) return false;
      this.#tunnel = new TlsAnalyzer(new TlsReporter(this.#engine, this.#flow));
      return this.#tunnel.data(true, bytes);
    }
    for (const request of this.#requests.push(bytes)) {
      reportRequest(this.#engine, this.#flow, request);
      if (request.method.toUpperCase() === "CONNECT") this.#connected = true;
    }
    return this.#connected || !this.#requests.ended;
  }

  gap(fromOpener: boolean): boolean {
    if (this.#tunnel !== undefined) return this.#tunnel.gap(fromOpener);
    // The length of the gap is not known here, so requests behind it cannot be found.
    return !fromOpener;
  }
}

/** Reports an `http_request`. */
export function reportRequest(engine: EngineView, flow: Flow, request: HttpRequest): void {
  const fingerprint = engine.ja4plus ? ja4h(request) : undefined;
  const userAgent = headerValue(request, "user-agent");
  report(engine, flow, "http_request", {
    method: request.method,
    path: request.target,
    host: requestHost(request) || undefined,
    http_version: request.version,
    user_agent: userAgent || undefined,
    headers_ordered: request.headers.slice(0, MAX_NAMES).map(({ name }) => name),
    // Not its raw form: that has the cookies' values in it.
    ja4h: fingerprint?.ja4h,
  }, `${request.method} ${request.target} ${fingerprint?.ja4h} ${userAgent}`);
}
