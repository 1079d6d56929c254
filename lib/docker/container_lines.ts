/** Lines of a container as bytes: of those that print a hundred thousand a second each would cost as an object. */
import type { LogTime } from "./log_time.ts";

const LF = 0x0a;

/** Room to begin with, for containers that print a line now and then. */
const FEWEST_BYTES = 1024;
const FEWEST_LINES = 16;

/** Whoever reads four bytes at a time reads on a little behind the last line. */
const SLACK = 8;

/** What a line takes besides its bytes. */
const BYTES_PER_LINE = 25;

/** What is known of a line besides, as bits. */
export const LINE_FLAG = {
  /** It came on stderr. */
  stderr: 1,
  /** It was longer than a line may be: this is its beginning. */
  truncated: 2,
} as const;

// A byte order mark stays: lines are given as they came.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Lines one behind the other, in memory that is used again. */
export class ContainerLines {
  /** The lines, each with a newline behind it; a line may hold others. */
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  view: DataView<ArrayBuffer> = new DataView(this.bytes.buffer);
  /** Bytes in use. */
  length = 0;
  /** Lines. */
  count = 0;
  /** Of each line the index of its newline, and the time at which the engine took it. */
  stops: Int32Array = new Int32Array(0);
  seconds: Float64Array = new Float64Array(0);
  nanos: Int32Array = new Int32Array(0);
  /** Bits of {@linkcode LINE_FLAG}. */
  flags: Uint8Array = new Uint8Array(0);
  /** The line is the n-th of its time; 0 for one that is to be dropped. Set by who knows. */
  numbers: Int32Array = new Int32Array(0);

  /** Adds the line that stands in `source` from `start` to `stop`; its number is 0. */
  add(
    { seconds, nanos }: LogTime,
    flags: number,
    source: DataView,
    start: number,
    stop: number,
  ): void {
    const { count } = this;
    this.#reserve(stop - start + 1);
    const out = this.view;
    let at = this.length;
    let from = start;
    for (const last = stop - 4; from <= last; from += 4, at += 4) {
      out.setInt32(at, source.getInt32(from, true), true);
    }
    for (; from < stop; from++, at++) out.setUint8(at, source.getUint8(from));
    out.setUint8(at, LF);
    this.stops[count] = at;
    this.seconds[count] = seconds;
    this.nanos[count] = nanos;
    this.flags[count] = flags;
    this.numbers[count] = 0;
    this.length = at + 1;
    this.count = count + 1;
  }

  /** Where a line begins; for the index behind the last, where the bytes end. */
  startOf(index: number): number {
    return index === 0 ? 0 : this.stops[index - 1]! + 1;
  }

  /** A line as text; bytes that are no UTF-8 are U+FFFD. */
  text(index: number): string {
    return decoder.decode(this.bytes.subarray(this.startOf(index), this.stops[index]!));
  }

  /** Takes the numbers from lines of stderr. */
  ignoreStderr(): void {
    for (let index = 0; index < this.count; index++) {
      if ((this.flags[index]! & LINE_FLAG.stderr) !== 0) this.numbers[index] = 0;
    }
  }

  /** Leaves nothing but the lines that have a number. */
  dropUnnumbered(): void {
    let kept = 0;
    let length = 0;
    for (let index = 0, start = 0; index < this.count; index++) {
      const stop = this.stops[index]!;
      if (this.numbers[index] !== 0) {
        // Most often all are kept where they are.
        if (kept !== index) {
          this.bytes.copyWithin(length, start, stop + 1);
          this.seconds[kept] = this.seconds[index]!;
          this.nanos[kept] = this.nanos[index]!;
          this.flags[kept] = this.flags[index]!;
          this.numbers[kept] = this.numbers[index]!;
        }
        length += stop + 1 - start;
        this.stops[kept++] = length - 1;
      }
      start = stop + 1;
    }
    this.length = length;
    this.count = kept;
  }

  /** Drops all lines. @param keep bytes of memory that may be kept for the next */
  clear(keep: number): void {
    this.length = 0;
    this.count = 0;
    if (this.bytes.length > keep) this.#useBytes(new Uint8Array(0));
    if (this.stops.length * BYTES_PER_LINE > keep) this.#useLines(0);
  }

  #reserve(bytes: number): void {
    const wanted = this.length + bytes + SLACK;
    if (wanted > this.bytes.length) {
      const grown = new Uint8Array(Math.max(FEWEST_BYTES, wanted, 2 * this.bytes.length));
      grown.set(this.bytes.subarray(0, this.length));
      this.#useBytes(grown);
    }
    if (this.count === this.stops.length) this.#useLines(Math.max(FEWEST_LINES, 2 * this.count));
  }

  #useBytes(bytes: Uint8Array<ArrayBuffer>): void {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer);
  }

  #useLines(room: number): void {
    this.stops = resized(this.stops, new Int32Array(room));
    this.seconds = resized(this.seconds, new Float64Array(room));
    this.nanos = resized(this.nanos, new Int32Array(room));
    this.flags = resized(this.flags, new Uint8Array(room));
    this.numbers = resized(this.numbers, new Int32Array(room));
  }
}

/** The values of `old` in the room of `fresh`, as far as it goes. */
function resized<T extends Int32Array | Float64Array | Uint8Array>(old: T, fresh: T): T {
  fresh.set(old.length > fresh.length ? old.subarray(0, fresh.length) : old);
  return fresh;
}
