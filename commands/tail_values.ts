/** Values of the flags of `decnet tail`. */
import { parseTimestampOrUtc } from "../lib/event/time.ts";
import { parseDuration } from "./flag_values.ts";

const DATE = /^\d{4}-\d\d-\d\d$/;

/** `0.1`, `10%` or `1/10`; above 0, at most 1. @throws {RangeError} */
export function parseShare(text: string): number {
  const match = /^(\d{1,9}(?:\.\d{1,9})?)(%|\/\d{1,9})?$/.exec(text);
  const suffix = match?.[2] ?? "";
  const divisor = suffix === "%" ? 100 : suffix === "" ? 1 : Number(suffix.slice(1));
  const share = Number(match?.[1]) / divisor;
  if (!(share > 0 && share <= 1)) {
    throw new RangeError(`"${text}" is not a share like 0.1, 10% or 1/10`);
  }
  return share;
}

/**
 * A moment: so long ago (`1h`), a date, or a time, which is in UTC where it has no zone.
 *
 * @param now microseconds since the epoch
 * @returns likewise
 * @throws {RangeError}
 */
export function parseMoment(text: string, now: number): number {
  const time = parseTimestampOrUtc(DATE.test(text) ? `${text}T00:00:00Z` : text);
  if (time !== undefined) return time;
  try {
    return now - parseDuration(text) * 1000;
  } catch {
    throw new RangeError(`"${text}" is not a time like 1h, 2026-11-21 or 2026-11-21T10:00:00Z`);
  }
}
