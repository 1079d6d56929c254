/** Remembers which lines of a container came lately: engines repeat some when they rotate a log. */
import type { LogTime } from "../docker/log_time.ts";

/** Lines of a full page at most, and of a new one. */
const FULL_PAGE = 8192;
const NEW_PAGE = 64;

/** Pages that hold all lines there are to remember, at least. */
const FEWEST_PAGES = 4;

/** Pages there may be; with a clock that jumps about they are short. */
const MAX_PAGES = 256;

/** How far lines may stand out of order in a page: stdout and stderr are stamped side by side. */
const MAX_SHIFT = 64;

/** Seconds are counted modulo this, so that a time fits the 53 bits of a number. */
const SECONDS = 2 ** 23;

/** What is hashed of a line, from its start and from its end: the time tells lines apart already. */
const HASHED = 24;

/** Lines by time. */
class Page {
  times: Float64Array = new Float64Array(NEW_PAGE);
  hashes: Int32Array = new Int32Array(NEW_PAGE);
  length = 0;

  get last(): number {
    return this.times[this.length - 1]!;
  }

  /** False when the line is much before the page's last. */
  add(time: number, hash: number): boolean {
    let at = this.length;
    const stop = Math.max(0, at - MAX_SHIFT);
    while (at > stop && this.times[at - 1]! > time) at--;
    if (at === stop && at > 0 && this.times[at - 1]! > time) return false;
    if (this.length === this.times.length) this.#grow();
    if (at < this.length) {
      this.times.copyWithin(at + 1, at, this.length);
      this.hashes.copyWithin(at + 1, at, this.length);
    }
    this.times[at] = time;
    this.hashes[at] = hash;
    this.length++;
    return true;
  }

  has(time: number, hash: number): boolean {
    if (this.length === 0 || time < this.times[0]! || time > this.last) return false;
    let low = 0;
    for (let high = this.length; low < high;) {
      const middle = (low + high) >> 1;
      if (this.times[middle]! < time) low = middle + 1;
      else high = middle;
    }
    for (; this.times[low] === time && low < this.length; low++) {
      if (this.hashes[low] === hash) return true;
    }
    return false;
  }

  #grow(): void {
    const [times, hashes] = [this.times, this.hashes];
    this.times = new Float64Array(this.length * 2);
    this.times.set(times);
    this.hashes = new Int32Array(this.length * 2);
    this.hashes.set(hashes);
  }
}

/** The last lines, by time and text. */
export class SeenLines {
  readonly #capacity: number;
  readonly #fullPage: number;
  #pages: Page[] = [];
  #length = 0;

  /** @param capacity lines to remember at least, where the clock runs evenly; 0 for none */
  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#fullPage = Math.max(NEW_PAGE, Math.min(FULL_PAGE, Math.ceil(capacity / FEWEST_PAGES)));
  }

  /** Adds a line: the bytes from `start` to `stop`. */
  add(time: LogTime, bytes: Uint8Array, start: number, stop: number): void {
    if (this.#capacity === 0) return;
    this.#length++;
    const key = keyOf(time);
    const hash = hashOf(bytes, start, stop);
    const page = this.#pages.at(-1);
    if (page !== undefined && page.length < this.#fullPage && page.add(key, hash)) return;
    const next = new Page();
    next.add(key, hash);
    this.#pages.push(next);
    const oldest = this.#pages[0]!;
    if (this.#length - oldest.length >= this.#capacity || this.#pages.length > MAX_PAGES) {
      this.#length -= oldest.length;
      this.#pages.shift();
    }
  }

  /** True when the bytes from `start` to `stop` are a line that is remembered. */
  has(time: LogTime, bytes: Uint8Array, start: number, stop: number): boolean {
    const key = keyOf(time);
    let hash: number | undefined;
    for (let index = this.#pages.length - 1; index >= 0; index--) {
      if (this.#pages[index]!.has(key, hash ??= hashOf(bytes, start, stop))) return true;
    }
    return false;
  }

  clear(): void {
    this.#pages = [];
    this.#length = 0;
  }
}

function keyOf({ seconds, nanos }: LogTime): number {
  return (seconds % SECONDS) * 1e9 + nanos;
}

function hashOf(bytes: Uint8Array, start: number, stop: number): number {
  let hash = stop - start;
  for (let at = Math.min(stop, start + HASHED) - 1; at >= start; at--) {
    hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
  }
  for (let at = Math.max(start, stop - HASHED); at < stop; at++) {
    hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
  }
  return hash;
}
