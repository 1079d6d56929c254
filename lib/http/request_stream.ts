/** The requests of one client connection, HTTP/1 or cleartext HTTP/2. */
import { ByteQueue } from "../byte_queue.ts";
import { type Body, bodyOf } from "./body.ts";
import { Http2RequestStream } from "./http2_stream.ts";
import { type HttpRequest, MAX_HEAD_LENGTH } from "./request.ts";
import {
  headEnd,
  isKnownRequest,
  lineState,
  MAX_METHOD_LENGTH,
  readHead,
  requestStart,
} from "./request_head.ts";

const LF = 0x0a;
const NOTHING = new Uint8Array(0);

/**
 * Finds the requests in what a client sends, given in order from the start of a request, however it
 * is cut into pieces. Keeps at most about two heads' worth of bytes. It goes over to HTTP/2 when
 * the client does, with prior knowledge or after an upgrade (RFC 9113 3.2 and 3.3).
 */
export class HttpRequestStream {
  /** True once no request can be found any more: this was not HTTP, or has gone over to a tunnel. */
  ended = false;
  /**
   * What comes behind a CONNECT in the bytes of the last push, a view of them; undefined where that held
   * none. It was not read, because it need not be HTTP; when it is, push it.
   */
  behindConnect: Uint8Array | undefined;
  #pending = new ByteQueue();
  /** The request line in `pending` is whole and good. */
  #lineRead = false;
  /** How much of `pending` has been searched for the end of the head. */
  #searched = 0;
  #body: Body | undefined;
  #http2: Http2RequestStream | undefined;
  /** Bytes are missing: where the next request starts is not known. */
  #lost = false;

  /** Bytes of memory that are held. */
  get held(): number {
    return this.#pending.held + (this.#body?.held ?? 0) + (this.#http2?.held ?? 0);
  }

  /** What the client said in HTTP/2 besides its requests; undefined in HTTP/1. */
  get http2(): Http2RequestStream | undefined {
    return this.#http2;
  }

  /** Requests that `bytes`, which follow those of the last call, complete. `bytes` are not kept. */
  push(bytes: Uint8Array): HttpRequest[] {
    const requests: HttpRequest[] = [];
    this.behindConnect = undefined;
    if (this.#lost) {
      // Senders put a request at the start of a segment, unless they send several at a time.
      if (!isKnownRequest(bytes)) return requests;
      this.#lost = false;
    }
    let rest = bytes;
    while (rest.length > 0 && !this.ended && this.behindConnect === undefined) {
      if (this.#http2 !== undefined) {
        requests.push(...this.#http2.push(rest));
        this.ended = this.#http2.ended;
        break;
      }
      rest = this.#body === undefined
        ? this.#readHead(rest, requests)
        : this.#passBody(rest, this.#body);
    }
    if (this.ended) this.#pending.clear();
    return requests;
  }

  /**
   * Tells that `count` bytes are missing. Unless all of them are certain to lie within a body, it goes on
   * with the next piece that begins with a request line; HTTP/2 cannot be followed any further.
   */
  skip(count: number): void {
    if (this.#http2 !== undefined) {
      this.ended ||= !this.#http2.skip(count);
    } else if (this.#body !== undefined && this.#body.certain >= count) {
      this.#body.skip(count);
      if (this.#body.state === "done") this.#body = undefined;
    } else {
      this.#lost = true;
      this.#body = undefined;
      this.#reset();
    }
  }

  /** Reads from a head on and gives what comes after it, which is nothing while it is not whole. */
  #readHead(bytes: Uint8Array, requests: HttpRequest[]): Uint8Array {
    let view = bytes;
    if (this.#pending.length > 0) {
      this.#pending.append(bytes);
      view = this.#pending.peek();
    } else {
      view = bytes.subarray(requestStart(bytes));
      if (view.length === 0) return NOTHING;
    }
    const state = this.#lineState(view, bytes);
    this.#lineRead = state === "request";
    const end = this.#lineRead ? headEnd(view, Math.max(0, this.#searched - 2)) : -1;
    if (state === "not_http" || Math.max(end, end < 0 ? view.length : 0) > MAX_HEAD_LENGTH) {
      this.ended = true;
      return NOTHING;
    }
    if (end < 0) {
      this.#searched = this.#lineRead ? view.length : 0;
      if (this.#pending.length === 0) this.#pending.append(view);
      return NOTHING;
    }
    this.#takeHead(view, end, requests);
    return view.subarray(end);
  }

  /** State of the request line in `view`, of which `bytes` are the newest part. */
  #lineState(view: Uint8Array, bytes: Uint8Array): "request" | "incomplete" | "not_http" {
    if (this.#lineRead) return "request";
    // A long target that comes in small pieces is not worth looking through at each of them.
    const judged = view.length - bytes.length > MAX_METHOD_LENGTH && !bytes.includes(LF);
    return judged ? "incomplete" : lineState(view, 0);
  }

  #reset(): void {
    this.#pending.clear();
    this.#lineRead = false;
    this.#searched = 0;
  }

  #takeHead(view: Uint8Array, end: number, requests: HttpRequest[]): void {
    this.#reset();
    const request = readHead(view, 0, end);
    if (request === "not_http") {
      this.ended = true;
    } else if (request.method === "PRI" && request.version === "2.0") {
      this.#http2 = new Http2RequestStream();
    } else {
      requests.push(request);
      // CONNECT has no body (RFC 9110 9.3.6).
      if (request.method.toUpperCase() === "CONNECT") this.behindConnect = view.subarray(end);
      else this.#body = bodyOf(request);
    }
  }

  #passBody(bytes: Uint8Array, body: Body): Uint8Array {
    const rest = bytes.subarray(body.read(bytes));
    if (body.state !== "open") this.#body = undefined;
    if (body.state === "malformed") this.ended = true;
    return rest;
  }
}
