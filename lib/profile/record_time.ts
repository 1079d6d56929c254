/** Timestamps out of bytes: the usual forms without making text of them. */
import { parseTimestampOrUtc } from "../event/time.ts";

const ZERO = 0x30;
const DOT = 0x2e;
const UPPER_Z = 0x5a;

/** `YYYY-MM-DDTHH:MM:SS`. */
const SECONDS_LENGTH = 19;

const DAY_MICROS = 86_400_000_000;
const decoder = new TextDecoder();

/** The last day that was asked for, as its number and as microseconds: logs stay in one day for long. */
let lastDay = -1;
let lastDayMicros = 0;

/**
 * Microseconds since the epoch of the timestamp from `start` to `stop`, as parseTimestampOrUtc() has it;
 * NaN when it is none.
 */
export function timeIn(bytes: Uint8Array, start: number, stop: number): number {
  const fast = fastTime(bytes, start, stop);
  if (fast !== undefined) return fast;
  if (stop - start > 40) return NaN;
  return parseTimestampOrUtc(decoder.decode(bytes.subarray(start, stop))) ?? NaN;
}

/** Undefined for a form that is not the usual one: UTC, six digits at most, no leap second. */
function fastTime(bytes: Uint8Array, at: number, stop: number): number | undefined {
  if (stop - at < SECONDS_LENGTH) return undefined;
  const separator = bytes[at + 10];
  if (separator !== 0x54 && separator !== 0x20) return undefined;
  if (bytes[at + 4] !== 0x2d || bytes[at + 7] !== 0x2d) return undefined;
  if (bytes[at + 13] !== 0x3a || bytes[at + 16] !== 0x3a) return undefined;
  const day = (two(bytes, at) * 100 + two(bytes, at + 2)) * 10000 + two(bytes, at + 5) * 100 +
    two(bytes, at + 8);
  const hour = two(bytes, at + 11);
  const minute = two(bytes, at + 14);
  const second = two(bytes, at + 17);
  // NaN, which a byte that is no digit gives, is on neither side.
  if (!(hour < 24 && minute < 60 && second < 60)) return undefined;
  let micros = 0;
  let end = at + SECONDS_LENGTH;
  if (bytes[end] === DOT && end < stop) {
    let unit = 100_000;
    for (end++; end < stop; end++) {
      const digit = bytes[end]! - ZERO;
      if (digit < 0 || digit > 9) break;
      if (unit < 1) return undefined;
      micros += digit * unit;
      unit /= 10;
    }
    if (end === at + SECONDS_LENGTH + 1) return undefined;
  }
  if (end !== stop && !(bytes[end] === UPPER_Z && end + 1 === stop)) return undefined;
  const midnight = dayMicros(bytes, at, day);
  if (midnight === undefined) return undefined;
  return midnight + ((hour * 60 + minute) * 60 + second) * 1_000_000 + micros;
}

function dayMicros(bytes: Uint8Array, at: number, day: number): number | undefined {
  if (day === lastDay) return lastDayMicros;
  const text = decoder.decode(bytes.subarray(at, at + 10));
  const micros = parseTimestampOrUtc(`${text}T00:00:00Z`);
  // The first and the last day that there are stay with the slow way.
  if (micros === undefined || Math.abs(micros) > Number.MAX_SAFE_INTEGER - DAY_MICROS) {
    return undefined;
  }
  lastDay = day;
  lastDayMicros = micros;
  return micros;
}

/** The number of two digits; NaN when they are none. */
function two(bytes: Uint8Array, at: number): number {
  const tens = bytes[at]! - ZERO;
  const ones = bytes[at + 1]! - ZERO;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : NaN;
}
