/** Keeps the start of a response body (RFC 9112 6.3 and 7.1). */
import { ByteQueue } from "../byte_queue.ts";
import { ChunkedBody } from "./body.ts";
import { type HttpResponse, responseValues } from "./response.ts";

/** Bytes of a body that are kept. Icons and pages that people look at are smaller. */
export const MAX_BODY = 256 * 1024;

/** Bytes of a body on the wire: chunks of a byte with extensions would be read for ever. */
const MAX_WIRE = 2 * MAX_BODY;

/**
 * How a body ended: `whole`; `capped` when there was more of it than is kept; `cut` when the
 * connection or the time came to its end first, or the framing was broken.
 */
export type BodyEnding = "whole" | "capped" | "cut";

/** A body that is being received. */
export class ResponseBody {
  /** How it ended; undefined while there may be more. */
  ending: BodyEnding | undefined;
  readonly #kept = new ByteQueue();
  readonly #chunked: ChunkedBody | undefined;
  /** Bytes that are still to come; Infinity for a body that ends with the connection. */
  #left: number;
  #wire = 0;

  /** @param response what came before the body */
  constructor(response: HttpResponse) {
    this.#left = bodyLength(response);
    if (Number.isNaN(this.#left)) this.#chunked = new ChunkedBody();
    if (this.#left === 0) this.ending = "whole";
  }

  /** What was received, without its framing; a view. */
  get bytes(): Uint8Array {
    return this.#kept.peek();
  }

  /** Takes what arrived; bytes behind the end of the body are ignored. */
  push(bytes: Uint8Array): void {
    if (this.ending !== undefined) return;
    this.#wire += bytes.length;
    if (this.#chunked === undefined) this.#pushPlain(bytes);
    else this.#pushChunked(this.#chunked, bytes);
    if (this.#wire > MAX_WIRE) this.ending ??= "capped";
  }

  /** Tells that the server has closed the connection. */
  end(): void {
    this.ending ??= this.#chunked === undefined && this.#left === Infinity ? "whole" : "cut";
  }

  #pushPlain(bytes: Uint8Array): void {
    const part = bytes.subarray(0, this.#left);
    this.#left -= part.length;
    this.#keep(part);
    if (this.#left === 0) this.ending ??= "whole";
  }

  #pushChunked(chunked: ChunkedBody, bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length && this.ending === undefined) {
      if (chunked.certain > 0) {
        const part = bytes.subarray(at, at + chunked.certain);
        chunked.skip(part.length);
        this.#keep(part);
        at += part.length;
      } else {
        // Framing byte by byte: behind a chunk's size there is data, which it would pass over.
        at += chunked.read(bytes.subarray(at, at + 1));
      }
      if (chunked.state === "done") this.ending ??= "whole";
      if (chunked.state === "malformed") this.ending ??= "cut";
    }
  }

  #keep(part: Uint8Array): void {
    const room = MAX_BODY - this.#kept.length;
    this.#kept.append(part.subarray(0, room));
    if (part.length > room) this.ending = "capped";
  }
}

/** Bytes of a body; NaN for one in chunks, Infinity for one that ends with the connection. */
function bodyLength(response: HttpResponse): number {
  const { status } = response;
  // 101 has another protocol behind it, which is no body.
  if (status === 101 || status === 204 || status === 304) return 0;
  const codings = responseValues(response, "transfer-encoding").join(",").toLowerCase();
  if (codings !== "") return /(?:^|[,\s])chunked\s*$/.test(codings) ? NaN : Infinity;
  const lengths = new Set(responseValues(response, "content-length").flatMap(listed));
  const [length = ""] = lengths;
  // Several that differ, or one that is no number: no telling where it ends.
  return lengths.size === 1 && /^[0-9]{1,15}$/.test(length) ? Number(length) : Infinity;
}

function listed(value: string): string[] {
  return value.split(",").map((part) => part.trim());
}
