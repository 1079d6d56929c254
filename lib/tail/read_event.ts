/** One line of a log as an event: a JSON record, or RFC 5424 of any writer. */
import { type Event, type Fields, SCHEMA_VERSION } from "../event/event.ts";
import { parseJsonRecord } from "../event/json.ts";
import { eventFromLine } from "../event/line_event.ts";
import { isEventId } from "../event/ulid.ts";
import { LF } from "../log/lines.ts";
import { timeOf } from "./event_time.ts";

/** What a line holds. */
export interface ReadEvent {
  readonly event: Event;
  /** True when the line is the event in our own form, so that it can go on as it is. */
  readonly isCanonical: boolean;
}

/** Where a line without an event id came from. */
export interface LineOrigin {
  /** Name of the sensor, for lines that do not tell it. */
  readonly sensor: string;
  readonly path: string;
  /** Of the line in its file: the same line gets the same event id again. */
  readonly offset: number;
}

/** How every record of ours begins, and what stands in it before the line that it was made of. */
const CANONICAL = '{"timestamp":"';
const RAW_LINE = ',"raw_line":"';

const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** The text of a line. */
export function lineText(bytes: Uint8Array, start: number, stop: number): string {
  return decoder.decode(bytes.subarray(start, stop));
}

/** The event in a line; undefined when it holds none. */
export function readEvent(text: string, origin: LineOrigin): ReadEvent | undefined {
  if (text.startsWith("{")) {
    const event = canonicalEvent(text);
    if (event !== undefined) return { event, isCanonical: true };
    const record = parseJsonRecord(text);
    return record === undefined ? undefined : { event: record.event, isCanonical: false };
  }
  if (!text.startsWith("<")) return undefined;
  const { sensor, path, offset } = origin;
  const line = text.endsWith("\r") ? text.slice(0, -1) : text;
  const event = eventFromLine(line, { sensor, origin: `${path}@${offset}` });
  return event === undefined ? undefined : { event, isCanonical: false };
}

/**
 * The event of a record of ours, and undefined for all others: many of them are read to find a few, so nothing
 * is made that is not needed. Its fields have a prototype.
 */
function canonicalEvent(text: string): Event | undefined {
  if (!text.startsWith(CANONICAL)) return undefined;
  // Within a string the quotes would be escaped; anywhere but at the end of the record what is left is no JSON.
  const raw = text.lastIndexOf(RAW_LINE);
  let record: unknown;
  try {
    record = JSON.parse(raw < 0 ? text : `${text.slice(0, raw)}}`);
  } catch {
    return undefined;
  }
  return isCanonical(record) ? record : undefined;
}

function isCanonical(record: unknown): record is Event {
  const event = record as Partial<Record<keyof Event, unknown>>;
  const { schema, timestamp, event_id, sensor, decky, service, event_type, attacker_ip } = event;
  return schema === SCHEMA_VERSION &&
    typeof timestamp === "string" && TIMESTAMP.test(timestamp) &&
    typeof event_id === "string" && isEventId(event_id) &&
    typeof sensor === "string" && typeof decky === "string" && typeof service === "string" &&
    typeof event_type === "string" && typeof attacker_ip === "string" &&
    (event.msg === undefined || typeof event.msg === "string" && event.msg !== "") &&
    isFields(event.fields);
}

function isFields(fields: unknown): fields is Fields {
  if (typeof fields !== "object" || fields === null || Array.isArray(fields)) return false;
  for (const value of Object.values(fields)) {
    switch (typeof value) {
      case "string":
      case "number":
      case "boolean":
        continue;
      default:
        if (!Array.isArray(value) || !isList(value)) return false;
    }
  }
  return true;
}

function isList(value: readonly unknown[]): boolean {
  const type = typeof value[0];
  return value.length === 0 || (type === "string" || type === "number") &&
      value.every((item) => typeof item === type);
}

/** For lines of which only the event itself is wanted. */
export const NOWHERE: LineOrigin = { sensor: "", path: "", offset: 0 };

/**
 * How many events the lines before `end` hold, if the times of all are such; 0 as soon as one is not. A single time
 * says little about its neighbours: senders' clocks go wrong, and attackers write times.
 *
 * @param isSuch is asked about microseconds since the epoch
 */
export function eventsIfAll(
  bytes: Uint8Array,
  end: number,
  isSuch: (time: number) => boolean,
): number {
  let events = 0;
  for (let start = 0; start < end;) {
    const stop = bytes.indexOf(LF, start);
    if (stop < 0 || stop >= end) break;
    const read = readEvent(lineText(bytes, start, stop), NOWHERE);
    if (read !== undefined) {
      if (!isSuch(timeOf(read.event))) return 0;
      events++;
    }
    start = stop + 1;
  }
  return events;
}
