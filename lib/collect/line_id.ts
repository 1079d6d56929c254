/** Ids of events that lines make. */
import { crockford, ulidTime } from "../event/ulid.ts";
import { ByteHash, HashedText } from "./byte_hash.ts";

/** Length of the part of an id that tells events of one time apart. */
const TAIL_LENGTH = 16;

/** The same in every run, or a line would not be known again: the start of pi's fraction. */
const KEY0 = 0x243f6a88;
const KEY1 = 0x85a308d3 | 0;

/** A place's number is told apart from what is before it; few have one this long. */
const NUMBER = /(?:0|[1-9]\d{0,14})$/;

/** Between the time and the number in the place of a line: `1700000000.123456789#2`. */
export const NUMBER_SIGN = "#";

/** A number's lower part, which a 32-bit operation takes. */
const WORD = 2 ** 32;

const hash = new ByteHash();
const text8 = new HashedText();

const NANO_DIGITS = 9;
const ZERO = 0x30;

/** The key of a stream and what its places begin with, as 64 bits. */
export class PlaceSeed {
  high = 0;
  low = 0;
  #key = "";
  #prefix = "";
  /** What was taken up last is a time. */
  #isTime = false;
  /** Of the last time: its stream, its second, all of it as it is hashed, and where its nanoseconds are. */
  #timeKey = "";
  #seconds = NaN;
  readonly #time = new HashedText();
  #nanosAt = 0;

  constructor() {
    this.#hash();
  }

  /** Takes up the stream `key` and the places that begin with `prefix`. */
  set(key: string, prefix: string): void {
    if (key === this.#key && prefix === this.#prefix && !this.#isTime) return;
    this.#isTime = false;
    this.#key = key;
    this.#prefix = prefix;
    this.#hash();
  }

  /** Takes up the stream `key` and the places of one time, as `formatSince()` and a `#` behind it have it. */
  setTime(key: string, seconds: number, nanos: number): void {
    const time = this.#time;
    if (seconds !== this.#seconds || key !== this.#timeKey) {
      this.#timeKey = key;
      this.#seconds = seconds;
      time.set(`${key}\n${seconds}.${"0".repeat(NANO_DIGITS)}${NUMBER_SIGN}`);
      this.#nanosAt = time.length - NANO_DIGITS - NUMBER_SIGN.length;
    }
    const { bytes } = time;
    for (let at = this.#nanosAt + NANO_DIGITS - 1, rest = nanos; at >= this.#nanosAt; at--) {
      const next = rest / 10 | 0;
      bytes[at] = ZERO + rest - next * 10;
      rest = next;
    }
    hash.hash(time.view, 0, time.length, KEY0, KEY1);
    this.high = hash.high;
    this.low = hash.low;
    this.#isTime = true;
  }

  #hash(): void {
    text8.set(`${this.#key}\n${this.#prefix}`);
    hash.hash(text8.view, 0, text8.length, KEY0, KEY1);
    this.high = hash.high;
    this.low = hash.low;
  }
}

/**
 * Into `into` goes the hash of a line's bytes at the place `number` of `seed`, 80 bits of which make the
 * tail of its id. Keyed by the place, so that who writes the text cannot make two events look like one
 * without knowing where each will stand.
 */
export function hashLine(
  into: ByteHash,
  { high, low }: PlaceSeed,
  number: number,
  view: DataView,
  start: number,
  end: number,
): void {
  into.hash(view, start, end, high, low, Math.floor(number / WORD), number | 0);
}

const seed = new PlaceSeed();

/**
 * Id of the event of the line `text` at `place` of the stream `key`: the same whenever it is read again.
 * Its time is the event's; where that is the time of reading, what tells it is {@linkcode idTail}.
 */
export function lineId(micros: number, key: string, place: string, text: string): string {
  const digits = NUMBER.exec(place)?.[0] ?? "";
  seed.set(key, place.slice(0, place.length - digits.length));
  text8.set(text);
  hashLine(hash, seed, digits === "" ? -1 : Number(digits), text8.view, 0, text8.length);
  const { high, low, more } = hash;
  return ulidTime(micros) +
    crockford(high >>> 22) + crockford(high >>> 12 & 1023) + crockford(high >>> 2 & 1023) +
    crockford((high & 3) << 8 | low >>> 24) + crockford(low >>> 14 & 1023) +
    crockford(low >>> 4 & 1023) +
    crockford((low & 15) << 6 | more >>> 26) + crockford(more >>> 16 & 1023);
}

/** The part of an id that does not depend on the event's time. */
export function idTail(id: string): string {
  return id.slice(-TAIL_LENGTH);
}
