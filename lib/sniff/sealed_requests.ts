/** The requests of HTTP inside TLS whose secrets are known. */
import { HttpRequestStream } from "../http/request_stream.ts";
import type { EngineView } from "./engine_view.ts";
import type { Flow } from "./flow.ts";
import { reportRequest } from "./http_observer.ts";

/** Says that an event's request was sealed. */
const SEALED = [{ decrypted: true }];

/** What a client says inside of one TLS connection. */
export class SealedRequests {
  readonly #engine: EngineView;
  readonly #flow: Flow;
  readonly #requests = new HttpRequestStream();

  constructor(engine: EngineView, flow: Flow) {
    this.#engine = engine;
    this.#flow = flow;
  }

  /** Bytes of memory that are held. */
  get held(): number {
    return this.#requests.held;
  }

  /** Reads what comes next; false when nothing more is wanted. */
  push(content: Uint8Array): boolean {
    for (const request of this.#requests.push(content)) {
      reportRequest(this.#engine, this.#flow, request, SEALED);
    }
    return !this.#requests.ended && this.#requests.behindConnect === undefined;
  }
}
