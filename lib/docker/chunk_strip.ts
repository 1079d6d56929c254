/** Takes the chunks' framing out of a body, where it was read: engines send a chunk for each line (RFC 9112 7.1). */
import { ChunkedBody } from "../http/body.ts";

const CR = 0x0d;
const LF = 0x0a;

/** No line of a container is so long that its size takes more. */
const MAX_DIGITS = 7;

/** A body in chunks. */
export class ChunkStrip {
  readonly #body = new ChunkedBody();
  /** A chunk's data has just come to its end. */
  #isBehindData = false;

  /** `malformed` when it has no end that could be found. */
  get state(): "open" | "done" | "malformed" {
    return this.#body.state;
  }

  /** Moves what is of the body among the bytes from `from` to `to` together, at `from`. @returns its end */
  strip(bytes: Uint8Array, from: number, to: number): number {
    const body = this.#body;
    let end = from;
    for (let at = from; at < to && body.state === "open";) {
      const { certain } = body;
      if (certain === 0) {
        const data = this.#isBehindData ? quickStart(body, bytes, at, to) : 0;
        // What is cut, or rare, goes byte by byte: behind a chunk's size there is data, which it would pass over.
        at = data > 0 ? data : at + body.read(bytes.subarray(at, at + 1));
        this.#isBehindData = false;
        continue;
      }
      const stop = Math.min(at + certain, to);
      bytes.copyWithin(end, at, stop);
      body.skip(stop - at);
      end += stop - at;
      at = stop;
      this.#isBehindData = body.certain === 0;
    }
    return end;
  }
}

/** Passes over the end of a chunk and the size of the next, CRLF 9b CRLF. @returns 0 when that is not there */
function quickStart(body: ChunkedBody, bytes: Uint8Array, start: number, to: number): number {
  if (start + MAX_DIGITS + 4 > to || bytes[start] !== CR || bytes[start + 1] !== LF) return 0;
  let at = start + 2;
  let size = 0;
  for (let digit; (digit = hexDigit(bytes[at]!)) >= 0; at++) {
    if (at === start + 2 + MAX_DIGITS) return 0;
    size = size << 4 | digit;
  }
  // Without a size, or where all ends, the other has to say so.
  if (size === 0 || bytes[at] !== CR || bytes[at + 1] !== LF) return 0;
  body.certain = size;
  return at + 2;
}

/** The value of a digit; -1 when it is none. */
function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
