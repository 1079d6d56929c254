/** Syslog messages out of a stream: octet counting and lines (RFC 6587 3.4, RFC 5425 4.3). */

const CODE = { nul: 0x00, lf: 0x0a, cr: 0x0d, space: 0x20, zero: 0x30, nine: 0x39, less: 0x3c };

/** Digits of a count that are believed: a message of a gigabyte is none. */
const MAX_DIGITS = 9;

/** Bytes of room that are kept between messages. */
const KEPT = 2048;

/** A message as it came, without its frame. */
export interface Frame {
  readonly bytes: Uint8Array;
  /** It was longer, and this is its beginning. */
  readonly truncated: boolean;
}

/**
 * Cuts the stream of one sender into messages. Each message may have the one frame or the other, which
 * senders mix up: a count is a number without a leading zero and a space, and a message that starts with
 * a digit has no PRI. Of a message that is too long the beginning is kept.
 */
export class SyslogFramer {
  readonly #max: number;
  /** Start of a message whose end has not come; its first bytes are those of the frame, at times. */
  #kept: Uint8Array;
  #length = 0;
  /** Bytes of the message that were dropped, being too many. */
  #dropped = 0;
  /** Bytes of a counted message that are still to come; undefined where the message ends with its line. */
  #left: number | undefined;
  /** Digits of a count that have come. */
  #digits = "";
  #state: "start" | "counted" | "line" = "start";

  /** @param max bytes of a message that are kept */
  constructor(max: number) {
    this.#max = max;
    this.#kept = new Uint8Array(Math.min(max, KEPT));
  }

  /** The messages that end in `bytes`, which follow the last. */
  push(bytes: Uint8Array): Frame[] {
    const frames: Frame[] = [];
    for (let index = 0; index < bytes.length;) {
      if (this.#state === "start") index = this.#begin(bytes, index);
      else if (this.#state === "counted") index = this.#count(bytes, index, frames);
      else index = this.#line(bytes, index, frames);
    }
    return frames;
  }

  /** The message that the stream ended in, if there is one. */
  end(): Frame[] {
    if (this.#state === "start" && this.#digits !== "") this.#asLine();
    const frames: Frame[] = [];
    // A counted message that breaks off is not whole.
    this.#dropped += this.#left ?? 0;
    if (this.#length > 0) this.#take(frames);
    return frames;
  }

  /** Reads the count, if there is one; gives the index of what follows. */
  #begin(bytes: Uint8Array, start: number): number {
    for (let index = start; index < bytes.length; index++) {
      const code = bytes[index]!;
      const isFirst = this.#digits === "";
      // Between messages: a newline behind a counted one, and what pads a line.
      if (isFirst && (code === CODE.lf || code === CODE.cr || code === CODE.nul)) continue;
      const isDigit = code >= CODE.zero && code <= CODE.nine;
      if (isDigit && !(isFirst && code === CODE.zero) && this.#digits.length < MAX_DIGITS) {
        this.#digits += String.fromCharCode(code);
        continue;
      }
      if (code === CODE.space && !isFirst) {
        this.#left = Number(this.#digits);
        this.#digits = "";
        this.#state = "counted";
        return index + 1;
      }
      this.#asLine();
      return index;
    }
    return bytes.length;
  }

  /** What was read for a count was the start of a line. */
  #asLine(): void {
    this.#state = "line";
    const digits = new TextEncoder().encode(this.#digits);
    this.#digits = "";
    this.#keep(digits);
  }

  #count(bytes: Uint8Array, start: number, frames: Frame[]): number {
    const end = Math.min(bytes.length, start + this.#left!);
    this.#keep(bytes.subarray(start, end));
    this.#left! -= end - start;
    if (this.#left === 0) this.#take(frames);
    return end;
  }

  #line(bytes: Uint8Array, start: number, frames: Frame[]): number {
    const end = bytes.indexOf(CODE.lf, start);
    this.#keep(bytes.subarray(start, end < 0 ? bytes.length : end));
    if (end < 0) return bytes.length;
    this.#take(frames);
    return end + 1;
  }

  #take(frames: Frame[]): void {
    let length = this.#length;
    const truncated = this.#dropped > 0;
    // Some senders end a counted message with a newline, and some a line with NUL (RFC 6587 3.4.2).
    while (!truncated && length > 0 && isEnd(this.#kept[length - 1]!)) length--;
    if (length > 0) frames.push({ bytes: this.#kept.slice(0, length), truncated });
    // Senders come by the hundred, and few send much at a time.
    if (this.#kept.length > KEPT) this.#kept = new Uint8Array(Math.min(this.#max, KEPT));
    this.#length = 0;
    this.#dropped = 0;
    this.#left = undefined;
    this.#state = "start";
  }

  #keep(bytes: Uint8Array): void {
    const kept = bytes.subarray(0, this.#max - this.#length);
    this.#dropped += bytes.length - kept.length;
    const length = this.#length + kept.length;
    if (length > this.#kept.length) {
      const grown = new Uint8Array(Math.min(this.#max, Math.max(length, this.#kept.length * 2)));
      grown.set(this.#kept.subarray(0, this.#length));
      this.#kept = grown;
    }
    this.#kept.set(kept, this.#length);
    this.#length = length;
  }
}

function isEnd(code: number): boolean {
  return code === CODE.lf || code === CODE.cr || code === CODE.nul;
}
