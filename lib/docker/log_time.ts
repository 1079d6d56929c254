/** Docker's timestamps: RFC 3339 with nanoseconds, finer than a number holds. */

/** A moment, to the nanosecond. */
export interface LogTime {
  /** Since the Unix epoch. */
  readonly seconds: number;
  /** 0 to 999,999,999. */
  readonly nanos: number;
}

/** Up to nine digits; engines write UTC, what stands in for one may not. */
const TIMESTAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/;

/** As an engine takes it for `since`. */
const SINCE = /^(-?\d{1,12})\.(\d{9})$/;

/** Longest timestamp: nine digits and an offset. */
export const MAX_TIMESTAMP_LENGTH = 35;

/** The moment that `text` names, say `2026-01-02T03:04:05.000000006Z`; undefined when it is none. */
export function parseLogTime(text: string): LogTime | undefined {
  const match = text.length <= MAX_TIMESTAMP_LENGTH ? TIMESTAMP.exec(text) : null;
  if (match === null) return undefined;
  const millis = Date.parse(`${match[1]}${match[3]}`);
  if (Number.isNaN(millis)) return undefined;
  return { seconds: millis / 1000, nanos: Number((match[2] ?? "").padEnd(9, "0")) };
}

/** `2026-01-02T03:04:05.000000006Z`, for people. */
export function formatLogTime({ seconds, nanos }: LogTime): string {
  const whole = new Date(seconds * 1000).toISOString().slice(0, -".000Z".length);
  return `${whole}.${String(nanos).padStart(9, "0")}Z`;
}

/** `1700000000.000000006`: all nine digits, because an engine pads what is missing on the right. */
export function formatSince({ seconds, nanos }: LogTime): string {
  return `${seconds}.${String(nanos).padStart(9, "0")}`;
}

/** The moment in what {@linkcode formatSince} wrote; undefined for other text. */
export function parseSince(text: string): LogTime | undefined {
  const match = SINCE.exec(text);
  return match === null ? undefined : { seconds: Number(match[1]), nanos: Number(match[2]) };
}

/** Below zero when `a` is before `b`, zero when they are equal. */
export function compareLogTimes(a: LogTime, b: LogTime): number {
  return a.seconds - b.seconds || a.nanos - b.nanos;
}

/** Microseconds since the epoch. */
export function microsOf({ seconds, nanos }: LogTime): number {
  return seconds * 1_000_000 + Math.floor(nanos / 1000);
}
