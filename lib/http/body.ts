/** Passes over request bodies, to find the next request of a connection (RFC 9112 6 and 7.1). */
import { headerValue, headerValues, type HttpRequest } from "./request.ts";

/** A body that is being passed over. */
export interface Body {
  /** Bytes of memory that are held. */
  readonly held: number;
  /** Bytes that certainly belong to it; the next ones may, depending on what they say. */
  readonly certain: number;
  /** Passes over `count` bytes out of `certain` without seeing them. */
  skip(count: number): void;
  /** Passes over what belongs to the body at the start of `bytes` and tells how much that was. */
  read(bytes: Uint8Array): number;
  /** `malformed` when it has no end that could be found. */
  readonly state: "open" | "done" | "malformed";
}

/** The body that follows `request`; undefined when it has none. */
export function bodyOf(request: HttpRequest): Body | undefined {
  const codings = headerValues(request, "transfer-encoding").join(",").toLowerCase();
  if (codings.includes("chunked")) return new ChunkedBody();
  const length = headerValue(request, "content-length");
  return length !== undefined && /^[0-9]{1,15}$/.test(length) && Number(length) > 0
    ? new SizedBody(Number(length))
    : undefined;
}

/** A body of Content-Length bytes. */
class SizedBody implements Body {
  readonly held = 0;
  certain: number;

  constructor(length: number) {
    this.certain = length;
  }

  get state(): "open" | "done" {
    return this.certain === 0 ? "done" : "open";
  }

  skip(count: number): void {
    this.certain -= count;
  }

  read(bytes: Uint8Array): number {
    const count = Math.min(this.certain, bytes.length);
    this.skip(count);
    return count;
  }
}

/** Line with a chunk's size, or a trailer line. Common servers allow 8 KiB. */
const MAX_LINE = 8192;

/** What an element of an array takes. */
const BYTES_OF_AN_ELEMENT = 8;

/** 2^52 bytes are enough, and are exact as a number. */
const MAX_SIZE_DIGITS = 13;

const LF = 0x0a;
const CR = 0x0d;

/** A body in chunks. */
export class ChunkedBody implements Body {
  certain = 0;
  state: "open" | "done" | "malformed" = "open";
  #expects: "size" | "data_end" | "trailer" = "size";
  #line: number[] = [];

  get held(): number {
    return this.#line.length * BYTES_OF_AN_ELEMENT;
  }

  skip(count: number): void {
    this.certain -= count;
  }

  read(bytes: Uint8Array): number {
    let at = 0;
    while (at < bytes.length && this.state === "open") {
      if (this.certain > 0) {
        const count = Math.min(this.certain, bytes.length - at);
        this.skip(count);
        at += count;
        continue;
      }
      const byte = bytes[at]!;
      at++;
      if (byte === LF) this.#endLine();
      else if (this.#line.length < MAX_LINE) this.#line.push(byte);
      else this.state = "malformed";
    }
    return at;
  }

  #endLine(): void {
    if (this.#line.at(-1) === CR) this.#line.pop();
    const line = String.fromCharCode(...this.#line);
    this.#line = [];
    if (this.#expects === "trailer") {
      if (line === "") this.state = "done";
    } else if (this.#expects === "data_end") {
      this.#expects = "size";
      if (line !== "") this.state = "malformed";
    } else {
      this.#startChunk(line);
    }
  }

  /** A size in hexadecimal, perhaps with extensions after it. */
  #startChunk(line: string): void {
    const digits = /^[0-9a-f]+(?=[ \t;]|$)/i.exec(line)?.[0];
    if (digits === undefined || digits.length > MAX_SIZE_DIGITS) {
      this.state = "malformed";
      return;
    }
    this.certain = Number.parseInt(digits, 16);
    this.#expects = this.certain === 0 ? "trailer" : "data_end";
  }
}
