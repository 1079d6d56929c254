/** Reads the timestamps in front of log lines without making strings of them. */
import { MAX_TIMESTAMP_LENGTH, parseLogTime } from "./log_time.ts";

/** Length of `2026-01-02T03:04:05`, which many lines have in common. */
const SECOND_LENGTH = 19;

const MAX_DIGITS = 9;

const SPACE = 0x20;
const POINT = 0x2e;
const DIGIT_0 = 0x30;
const LETTER_Z = 0x5a;

const decoder = new TextDecoder("latin1");

/** Keeps the time that it read last. */
export class StampReader {
  /** Since the epoch; 0 before there was a timestamp. */
  seconds = 0;
  nanos = 0;
  readonly #lastSecond = new Uint8Array(SECOND_LENGTH);

  /**
   * Reads the timestamp at `from` and the space behind it.
   *
   * @returns the index behind the space; -1, and the time stays as it was, when there is no timestamp
   */
  read(bytes: Uint8Array, from: number, to: number): number {
    if (!this.#isLastSecond(bytes, from, to)) return this.#readAny(bytes, from, to);
    let at = from + SECOND_LENGTH;
    let nanos = 0;
    if (bytes[at] === POINT) {
      let digits = 0;
      for (at++; digits < MAX_DIGITS; at++, digits++) {
        const digit = bytes[at]! - DIGIT_0;
        if (!(digit >= 0 && digit <= 9)) break;
        nanos = nanos * 10 + digit;
      }
      if (digits === 0) return -1;
      for (; digits < MAX_DIGITS; digits++) nanos *= 10;
    }
    if (at + 1 >= to || bytes[at] !== LETTER_Z || bytes[at + 1] !== SPACE) {
      return this.#readAny(bytes, from, to);
    }
    this.nanos = nanos;
    return at + 2;
  }

  #isLastSecond(bytes: Uint8Array, from: number, to: number): boolean {
    if (to - from <= SECOND_LENGTH) return false;
    // The seconds change most often.
    for (let index = SECOND_LENGTH - 1; index >= 0; index--) {
      if (bytes[from + index] !== this.#lastSecond[index]) return false;
    }
    return true;
  }

  #readAny(bytes: Uint8Array, from: number, to: number): number {
    const head = bytes.subarray(from, Math.min(to, from + MAX_TIMESTAMP_LENGTH + 1));
    const space = head.indexOf(SPACE);
    const text = space > 0 ? decoder.decode(head.subarray(0, space)) : "";
    const time = parseLogTime(text);
    if (time === undefined) return -1;
    this.seconds = time.seconds;
    this.nanos = time.nanos;
    // With another offset the same digits are another time.
    if (text.endsWith("Z")) this.#lastSecond.set(head.subarray(0, SECOND_LENGTH));
    else this.#lastSecond.fill(0);
    return from + space + 1;
  }
}
