/** Timestamps: RFC 3339 text to and from microseconds since the Unix epoch. */

/** Largest distance from the epoch, in microseconds, that a number holds exactly: years 1684-2255. */
const LIMIT = Number.MAX_SAFE_INTEGER;

/** RFC 3339 5.6; a space may stand for `T` (its note on readability). */
const RFC3339 =
  /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

/**
 * `YYYY-MM-DDTHH:MM:SS.ffffffZ` of `micros` since the epoch. A time that a hostile capture file
 * claims, outside what a number holds exactly, becomes the nearest that it does; NaN the epoch.
 */
export function formatTimestamp(micros: number): string {
  const fraction = secondFraction(micros);
  const millis = fraction / 1000 | 0;
  return secondText(micros) + THREE_DIGITS[millis]! + THREE_DIGITS[fraction - 1000 * millis]! + "Z";
}

/** `YYYY-MM-DDTHH:MM:SS.` of {@linkcode formatTimestamp}. */
export function secondText(micros: number): string {
  const second = Math.floor(wholeMicros(micros) / 1_000_000);
  if (second !== lastSecond) {
    lastSecond = second;
    lastText = new Date(second * 1000).toISOString().slice(0, -"000Z".length);
  }
  return lastText;
}

/** Its last six digits: microseconds since the second began. */
export function secondFraction(micros: number): number {
  const whole = wholeMicros(micros);
  return whole - Math.floor(whole / 1_000_000) * 1_000_000;
}

function wholeMicros(micros: number): number {
  return Math.floor(Math.max(-LIMIT, Math.min(LIMIT, micros))) || 0;
}

/** 000 to 999. */
const THREE_DIGITS = Array.from({ length: 1000 }, (_, number) => String(number).padStart(3, "0"));

/** Events come many to the second; a Date costs more than all else about their time. */
let lastSecond = NaN;
let lastText = "";

/**
 * Microseconds since the epoch of an RFC 3339 timestamp with `Z` or an offset; finer fractions are
 * cut off. Undefined when it is none, names a time that does not exist or lies outside 1684-2255.
 */
export function parseTimestamp(text: string): number | undefined {
  // Longest valid form: nine fraction digits and an offset.
  const match = text.length <= 35 ? RFC3339.exec(text) : null;
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7)
    .map(Number);
  if (hour > 23 || minute > 59 || second > 60) return undefined;
  const offset = offsetMinutes(match[8], match[9], match[10]);
  if (offset === undefined) return undefined;
  const date = new Date(Date.UTC(year, month - 1, day));
  // Date.UTC carries 31 April over into May and reads the years 0-99 as 1900-1999.
  if (
    date.getUTCFullYear() !== year || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day
  ) return undefined;
  // A leap second has no number of its own: it becomes the last microsecond before it ends the minute.
  const seconds = (hour * 60 + minute - offset) * 60 + Math.min(second, 59);
  const fraction = second === 60 ? 999_999 : Number((match[7] ?? "").slice(0, 6).padEnd(6, "0"));
  const micros = (date.getTime() / 1000 + seconds) * 1_000_000 + fraction;
  return Math.abs(micros) <= LIMIT ? micros : undefined;
}

/** As {@linkcode parseTimestamp}, and a time without a zone is read as UTC, as DECNET wrote it. */
export function parseTimestampOrUtc(text: string): number | undefined {
  return parseTimestamp(text) ?? parseTimestamp(`${text}Z`);
}

/** Minutes east of UTC; undefined when out of range. */
function offsetMinutes(sign?: string, hours?: string, minutes?: string): number | undefined {
  if (sign === undefined) return 0;
  if (Number(hours) > 23 || Number(minutes) > 59) return undefined;
  const offset = Number(hours) * 60 + Number(minutes);
  return sign === "-" ? -offset : offset;
}
