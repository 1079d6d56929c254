/** Events as JSON lines: the canonical record, and DECNET's older ones. */
import { addressIn, attackerAddress } from "./attacker.ts";
import {
  type Event,
  type Fields,
  type FieldValue,
  SCHEMA_VERSION,
  UNKNOWN_ATTACKER,
} from "./event.ts";
import { JoinedEvent } from "./joined_event.ts";
import type { JsonBytes } from "./json_bytes.ts";
import { safeJson } from "./json_text.ts";
import { formatTimestamp, parseTimestampOrUtc } from "./time.ts";
import { eventId, isEventId } from "./ulid.ts";

/** Stands for a name that an older record lacks: RFC 5424's NILVALUE. */
const NIL = "-";

const LF = 0x0a;

/** Options of {@linkcode toJsonLine}. */
export interface JsonOptions {
  /** The RFC 5424 line, written as the last key `raw_line`. */
  readonly rawLine?: string | undefined;
}

/** What a JSON line holds. */
export interface JsonRecord {
  readonly event: Event;
  readonly rawLine?: string;
}

/** `event` as one JSON object without a newline, in ASCII escapes where a reader could be misled. */
export function toJsonLine(event: Event, { rawLine }: JsonOptions = {}): string {
  if (event instanceof JoinedEvent) return event.toJsonLine(rawLine);
  return safeJson({
    timestamp: event.timestamp,
    event_id: event.event_id,
    schema: event.schema,
    sensor: event.sensor,
    decky: event.decky,
    service: event.service,
    event_type: event.event_type,
    attacker_ip: event.attacker_ip,
    fields: event.fields,
    msg: event.msg,
    _trace: event._trace,
    raw_line: rawLine,
  });
}

/** Writes what {@linkcode toJsonLine} gives, with a newline. */
export function writeJsonLine(out: JsonBytes, event: Event): void {
  if (event instanceof JoinedEvent) event.writeJson(out);
  else out.utf8(toJsonLine(event));
  out.byte(LF);
}

/** The event in a JSON line, see {@linkcode parseJsonRecord}. */
export function parseJsonEvent(line: string): Event | undefined {
  return parseJsonRecord(line)?.event;
}

/**
 * Reads a JSON line, also DECNET's older records: time without zone (UTC), no id, no sensor, ports in
 * `attacker_ip`. A missing name becomes `-`, a missing id is made from the line itself. Undefined
 * when the line is no JSON object or lacks a time or an event type.
 */
export function parseJsonRecord(line: string): JsonRecord | undefined {
  const record = parseObject(line);
  const time = parseTimestampOrUtc(textOf(record?.["timestamp"]) ?? "");
  const eventType = textOf(record?.["event_type"]);
  if (record === undefined || time === undefined || eventType === undefined) return undefined;
  const fields = readFields(record["fields"]);
  const id = textOf(record["event_id"]) ?? "";
  const address = addressIn(textOf(record["attacker_ip"]) ?? "");
  const msg = textOf(record["msg"]);
  const trace = textOf(record["_trace"]);
  const rawLine = textOf(record["raw_line"]);
  const event: Event = {
    timestamp: formatTimestamp(time),
    event_id: isEventId(id) ? id : eventId(time, line),
    schema: SCHEMA_VERSION,
    sensor: textOf(record["sensor"]) ?? NIL,
    decky: textOf(record["decky"]) ?? NIL,
    service: textOf(record["service"]) ?? NIL,
    event_type: eventType,
    // DECNET wrote "Unknown" where it could not read its own line; ours means what it says.
    attacker_ip: address ?? ("schema" in record ? UNKNOWN_ATTACKER : attackerAddress(fields)),
    fields,
    ...(msg ? { msg } : {}),
    ...(trace === undefined ? {} : { _trace: trace }),
  };
  return rawLine === undefined ? { event } : { event, rawLine };
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
    // Without prototype: a record that lacks a key must not answer with one of Object's.
    return Object.assign(Object.create(null), value);
  } catch {
    return undefined;
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** Fields without prototype; what is no field value is left out. */
function readFields(value: unknown): Fields {
  const fields: Record<string, FieldValue> = Object.create(null);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return fields;
  for (const [name, member] of Object.entries(value)) {
    if (isFieldValue(member)) fields[name] = member;
  }
  return fields;
}

function isFieldValue(value: unknown): value is FieldValue {
  if (Array.isArray(value)) {
    return value.every((item) => typeof item === "string") || value.every(Number.isFinite);
  }
  return typeof value === "string" || typeof value === "boolean" || Number.isFinite(value);
}
