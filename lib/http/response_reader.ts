/** One response out of what a server sends, in bounded memory. */
import { ByteQueue } from "../byte_queue.ts";
import { MAX_HEAD_LENGTH } from "./request.ts";
import { requestStart } from "./request_head.ts";
import type { HttpResponse } from "./response.ts";
import { type BodyEnding, ResponseBody } from "./response_body.ts";
import { parseResponseHead } from "./response_parser.ts";

/** A response with as much of its body as was received and is kept. */
export interface ReceivedResponse {
  readonly response: HttpResponse;
  /** As sent but for chunks: a content coding is not undone. */
  readonly body: Uint8Array;
  readonly ending: BodyEnding;
}

/** Interim responses (RFC 9110 15.2) before the final one; a server has reason for one or two. */
const MAX_INTERIM = 8;

/** Reads the final response of a connection on which one request was made. */
export class HttpResponseReader {
  /** `head` and `body` while more is needed. */
  state: "head" | "body" | "done" | "not_http" | "malformed" = "head";
  readonly #pending = new ByteQueue();
  #emptyLines = 0;
  #searched = 0;
  #interim = 0;
  #response: HttpResponse | undefined;
  #body: ResponseBody | undefined;

  /** Takes what arrived. `bytes` are not kept. */
  push(bytes: Uint8Array): void {
    if (this.state === "head") this.#pushHead(bytes);
    else if (this.state === "body") this.#pushBody(bytes);
  }

  /** Tells that the server has closed the connection: the end of a body that has no other. */
  end(): void {
    this.#body?.end();
    if (this.state === "body") this.state = "done";
  }

  /** What was received up to now; undefined without a whole head. */
  received(): ReceivedResponse | undefined {
    if (this.#response === undefined || this.#body === undefined) return undefined;
    const { bytes, ending = "cut" } = this.#body;
    return { response: this.#response, body: bytes, ending };
  }

  #pushHead(bytes: Uint8Array): void {
    // Empty lines before the status line are dropped: they would be passed over again and again.
    const start = this.#pending.length > 0 ? 0 : requestStart(bytes);
    this.#emptyLines += start;
    if (this.#emptyLines > MAX_HEAD_LENGTH) this.state = "not_http";
    this.#pending.append(bytes.subarray(start));
    while (this.state === "head" && this.#pending.length > 0) {
      const head = parseResponseHead(this.#pending.peek(), Math.max(0, this.#searched - 2));
      if (head === "incomplete") {
        this.#searched = this.#pending.length;
        return;
      }
      this.#searched = 0;
      if (head === "not_http" || head === "malformed") this.state = head;
      else this.#takeHead(head, head.length);
    }
  }

  #takeHead(response: HttpResponse, length: number): void {
    this.#pending.take(length);
    if (response.status >= 100 && response.status < 200 && response.status !== 101) {
      if (++this.#interim > MAX_INTERIM) this.state = "malformed";
      return;
    }
    this.#response = response;
    this.#body = new ResponseBody(response);
    this.state = "body";
    this.#pushBody(this.#pending.take(this.#pending.length));
  }

  #pushBody(bytes: Uint8Array): void {
    this.#body!.push(bytes);
    if (this.#body!.ending !== undefined) this.state = "done";
  }
}
