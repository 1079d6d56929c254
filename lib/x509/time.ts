/** The two time types of certificates as RFC 3339. */
import { type DerElement, TAG } from "./der.ts";

/** Year, month, day, hour, minute, second, zone. RFC 5280 asks for seconds and `Z`; not all heed. */
const UTC_TIME = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?(Z|[+-]\d{4})$/;

/** The same after a year of four digits; X.680 46.2 lets minutes go too, and has fractions. */
const GENERALIZED_TIME =
  /^(\d{4})(\d\d)(\d\d)(\d\d)(?:(\d\d)(\d\d)?)?(?:[.,]\d{1,9})?(Z|[+-]\d{4})$/;

/** The longest text that either pattern takes is shorter. */
const MAX_TIME_LENGTH = 32;

/**
 * `YYYY-MM-DDTHH:MM:SSZ` of a UTCTime or GeneralizedTime. Other zones are converted to UTC and
 * fractions of a second dropped. Undefined for any other element and for what is no time.
 */
export function decodeTime({ tag, content }: DerElement): string | undefined {
  const pattern = tag === TAG.utcTime
    ? UTC_TIME
    : tag === TAG.generalizedTime
    ? GENERALIZED_TIME
    : undefined;
  if (pattern === undefined || content.length > MAX_TIME_LENGTH) return undefined;
  const match = pattern.exec(String.fromCharCode(...content));
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7)
    .map((digits) => Number(digits ?? 0));
  if (month < 1 || month > 12 || hour > 23 || minute > 59 || second > 59) return undefined;
  const fullYear = pattern === UTC_TIME ? windowedYear(year) : year;
  const offset = zoneMinutes(match[7]!);
  if (offset === undefined) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(fullYear, month - 1, day);
  // A day that the month does not have would run over into the next month.
  if (date.getUTCDate() !== day) return undefined;
  date.setUTCHours(hour, minute - offset, second);
  // Outside the years 0 to 9999 this has a sign and six digits.
  const text = date.toISOString();
  return text.length === 24 ? `${text.slice(0, 19)}Z` : undefined;
}

/** RFC 5280 4.1.2.5.1: two digits from 50 on are of the 20th century. */
function windowedYear(digits: number): number {
  return digits < 50 ? 2000 + digits : 1900 + digits;
}

/** Minutes that `Z`, `+hhmm` or `-hhmm` is ahead of UTC. */
function zoneMinutes(zone: string): number | undefined {
  if (zone === "Z") return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(3, 5));
  if (hours > 23 || minutes > 59) return undefined;
  return (zone.startsWith("-") ? -1 : 1) * (hours * 60 + minutes);
}
