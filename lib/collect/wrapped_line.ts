/** Lines that something on their way has wrapped into lines of its own. */
import { parseTimestamp } from "../event/time.ts";

/** What was inside, and the wrapper's time in microseconds since the epoch. */
export interface WrappedLine {
  readonly text: string;
  readonly time: number | undefined;
}

/** The start of an RFC 5424 line; a wrapper has nothing between itself and that. */
const START = /^<\d{1,3}>1 \S/;

/** `docker logs -t` and the files of the Container Runtime Interface. */
const TIMED = /^(\d{4}-\d\d-\d\dT[\d:.]{8,18}(?:Z|[+-]\d\d:\d\d)) (?:std(?:out|err) [FP] )?(?=<)/;

/** `docker compose logs`. */
const NAMED = /^[\w.-]{1,128} +\| (?=<)/;

/** Files of Docker's driver json-file. */
const JSON_START = '{"log":"';

/** True when `text` starts as an RFC 5424 line does. */
export function startsAsRfc5424(text: string): boolean {
  return START.test(text);
}

/** What `line` wraps, if it is a wrapper of Docker's or of a container runtime; else undefined. */
export function unwrapLine(line: string): WrappedLine | undefined {
  if (line.startsWith(JSON_START)) return unwrapJson(line);
  const timed = TIMED.exec(line);
  const named = timed === null ? NAMED.exec(line) : null;
  const text = line.slice((timed ?? named)?.[0].length ?? line.length);
  if (!START.test(text)) return undefined;
  return { text, time: timed === null ? undefined : parseTimestamp(timed[1]!) };
}

function unwrapJson(line: string): WrappedLine | undefined {
  let record: { readonly log?: unknown; readonly time?: unknown };
  try {
    record = JSON.parse(line);
  } catch {
    return undefined;
  }
  const { log, time } = record;
  if (typeof log !== "string") return undefined;
  return {
    text: log.replace(/\r?\n$/, ""),
    time: typeof time === "string" ? parseTimestamp(time) : undefined,
  };
}
