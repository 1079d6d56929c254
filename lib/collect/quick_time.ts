/** Times of log lines, as bytes: many of one second follow each other. */
import { formatTimestamp } from "../event/time.ts";
import { latin1 } from "../text/latin1.ts";
import { lineTime } from "./line_time.ts";

const SPACE = 0x20;
const DOT = 0x2e;
const ZERO = 0x30;
const Z = 0x5a;

/** Length of `2026-05-03T05:12:51`, and the longest that a time is. */
const SECOND_LENGTH = 19;
const MAX_LENGTH = 35;

const FRACTION_DIGITS = 6;

/** Stands for the zone `Z`, where an offset has its last two characters: no 16 bits hold it. */
const UTC = 2 ** 16;

const MICROS_PER_MILLI = 1000;

/** Values of the 30 lower bits of a ULID's time. */
const LOW_VALUES = 2 ** 30;

/** Reads times. What was read stands in its fields. */
export class QuickTime {
  /** Microseconds since the epoch. */
  micros = 0;
  /** Milliseconds since the epoch, in 18 upper and 30 lower bits. */
  millisHigh = 0;
  millisLow = 0;
  /** Behind the time. */
  end = 0;
  /** `2026-05-03T05:12:51.` in UTC, anew whenever {@linkcode QuickTime.turn} has grown. */
  second = "";
  turn = 0;
  /** The fraction of the second in microseconds. */
  fraction = 0;
  /** The second that was read last, its bytes four at a time, its zone, and its start. */
  #word0 = 0;
  #word1 = 0;
  #word2 = 0;
  #word3 = 0;
  #word4 = 0;
  #zone = 0;
  #zoneEnd = 0;
  #start = NaN;
  #startHigh = 0;
  #startLow = 0;

  /** Reads the time that starts at `start` and ends at a space; false for what is none, or rare. */
  read(bytes: Uint8Array, view: DataView, start: number): boolean {
    if (start + MAX_LENGTH > bytes.length) return false;
    let at = start + SECOND_LENGTH;
    let fraction = 0;
    if (bytes[at] === DOT) {
      at++;
      let digits = 0;
      for (let digit; (digit = bytes[at]! - ZERO) >= 0 && digit <= 9; at++) {
        if (digits < FRACTION_DIGITS) fraction = fraction * 10 + digit;
        digits++;
      }
      if (digits === 0 || digits > 9) return false;
      for (; digits < FRACTION_DIGITS; digits++) fraction *= 10;
    }
    const isUtc = bytes[at] === Z;
    const zone = isUtc ? 0 : view.getInt32(at, true);
    const zoneEnd = isUtc ? UTC : view.getInt16(at + 4, true);
    this.end = at + (isUtc ? 1 : 6);
    if (bytes[this.end] !== SPACE) return false;
    this.fraction = fraction;
    const isKnown = view.getInt32(start, true) === this.#word0 &&
      view.getInt32(start + 4, true) === this.#word1 &&
      view.getInt32(start + 8, true) === this.#word2 &&
      view.getInt32(start + 12, true) === this.#word3 &&
      view.getInt32(start + 15, true) === this.#word4 &&
      zone === this.#zone && zoneEnd === this.#zoneEnd && !Number.isNaN(this.#start);
    if (!isKnown) {
      const text = latin1(bytes, start, this.end);
      const time = text.includes(" ") ? undefined : lineTime(text);
      // A leap second does not count its fraction from a start.
      const isLeap = bytes[start + 17] === ZERO + 6;
      if (time === undefined || time < 0 || isLeap) return false;
      this.#word0 = view.getInt32(start, true);
      this.#word1 = view.getInt32(start + 4, true);
      this.#word2 = view.getInt32(start + 8, true);
      this.#word3 = view.getInt32(start + 12, true);
      this.#word4 = view.getInt32(start + 15, true);
      this.#zone = zone;
      this.#zoneEnd = zoneEnd;
      this.#start = time - fraction;
      const millis = this.#start / MICROS_PER_MILLI;
      this.#startHigh = Math.floor(millis / LOW_VALUES);
      this.#startLow = millis % LOW_VALUES;
      this.second = formatTimestamp(this.#start).slice(0, SECOND_LENGTH + 1);
      this.turn++;
    }
    this.micros = this.#start + fraction;
    const low = this.#startLow + (fraction / MICROS_PER_MILLI | 0);
    this.millisLow = low & LOW_VALUES - 1;
    this.millisHigh = this.#startHigh + (low >>> 30);
    return true;
  }
}
