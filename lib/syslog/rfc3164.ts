/** Messages of the BSD syslog protocol (RFC 3164), and lines of the files that syslog daemons write. */
import { parseTimestamp } from "../event/time.ts";
import type { Severity } from "../event/severity.ts";

/** A message taken apart. */
export interface BsdMessage {
  /** 0 to 23; undefined for a line of a file, which has no PRI. */
  readonly facility: number | undefined;
  readonly severity: Severity | undefined;
  /** Microseconds since the epoch; undefined for a day that the year does not have. */
  readonly time: number | undefined;
  readonly host: string;
  /** The program; undefined when the message names none. */
  readonly tag: string | undefined;
  readonly pid: string | undefined;
  readonly msg: string;
}

/** What a time without year and zone takes. */
export interface BsdClock {
  /** Microseconds since the epoch: a message is not from later than that. */
  readonly now: number;
  /** Minutes east of UTC of the sender's clock. */
  readonly offset: number;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** RFC 3164 4.1: PRI, the two forms of time in use, host. */
const HEAD =
  /^(?:<(\d{1,3})>)?(?:([A-Z][a-z]{2}) ([ \d]\d) (\d\d):(\d\d):(\d\d)|(\d{4}-\d\d-\d\dT[\d:.]{8,18}(?:Z|[+-]\d\d:\d\d))) (\S{1,255}) /;

/** TAG and what follows it; programs use more characters than 4.1.3 allows. */
const TAG = /^([\w./@-]{1,64})(?:\[([\w.-]{1,32})\])?: ?/;

const MAX_PRIORITY = 191;

/** Microseconds by which a sender's clock may be ahead: a day, for those with a wrong zone. */
const SKEW = 86_400_000_000;

/** Years between two of 29 February at most: 1896 and 1904. */
const LEAP_YEARS_APART = 8;

/** The message in `line`, with or without its PRI; undefined when its head is none of RFC 3164. */
export function parseRfc3164(line: string, clock: BsdClock): BsdMessage | undefined {
  const head = HEAD.exec(line);
  if (head === null) return undefined;
  const [text, pri, month, day, hour, minute, second, iso, host = ""] = head;
  const priority = pri === undefined ? undefined : Number(pri);
  if (priority !== undefined && priority > MAX_PRIORITY) return undefined;
  let time: number | undefined;
  if (iso !== undefined) time = parseTimestamp(iso);
  else {
    const index = MONTHS.indexOf(month!);
    if (index < 0) return undefined;
    const parts = [day, hour, minute, second].map(Number) as [number, number, number, number];
    if (parts[1] > 23 || parts[2] > 59 || parts[3] > 60) return undefined;
    time = lastTime(index, parts, clock);
  }
  const rest = line.slice(text.length);
  const tag = TAG.exec(rest);
  return {
    facility: priority === undefined ? undefined : priority >> 3,
    severity: priority === undefined ? undefined : (priority & 7) as Severity,
    time,
    host,
    tag: tag?.[1],
    pid: tag?.[2],
    msg: tag === null ? rest : rest.slice(tag[0].length),
  };
}

/**
 * The last such time that is not in the future: a message of 31 December may come in January, and a
 * file may be read months later.
 */
function lastTime(
  month: number,
  [day, hour, minute, second]: readonly [number, number, number, number],
  { now, offset }: BsdClock,
): number | undefined {
  const year = new Date(now / 1000).getUTCFullYear() + 1;
  for (let back = 0; back <= LEAP_YEARS_APART + 1; back++) {
    const date = new Date(Date.UTC(year - back, month, day));
    if (date.getUTCMonth() !== month || date.getUTCDate() !== day) continue;
    const seconds = date.getTime() / 1000 + (hour * 60 + minute - offset) * 60 +
      Math.min(second, 59);
    if (seconds * 1_000_000 <= now + SKEW) return seconds * 1_000_000;
  }
  return undefined;
}
