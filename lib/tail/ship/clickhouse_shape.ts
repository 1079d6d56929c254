/** Events as rows of ClickHouse, for the table of contrib/clickhouse/table.sql. */
import type { Event, Fields } from "../../event/event.ts";
import { jsonText, safeJson } from "../../event/json_text.ts";
import { parseTimestamp } from "../../event/time.ts";
import type { HttpShape } from "./http_shapes.ts";

const MICROS = 1_000_000;

/** Last second that a DateTime holds. */
const LAST_SECOND = 0xffff_ffff;

/**
 * Rows as JSON objects, a line each. They always have the form that the table wants, so an answer of 400 tells that
 * the table has another one: that is waited for, and no event is thrown away.
 */
export const CLICKHOUSE_SHAPE: HttpShape = {
  contentType: "application/x-ndjson",
  format: "native",
  isRefused: false,
  body: (events, write) => events.map((event) => `${write(event)}\n`).join(""),
  // Headers may have gone out before an insertion failed; one that went well says nothing.
  judge: (answer) => ({ again: /^Code: \d/.test(answer), refused: 0 }),
};

/**
 * `event` as a row: its time as a DateTime and microseconds, both of them numbers, so that no time zone and no version
 * of ClickHouse reads them differently; its fields as JSON in a String, for there is no other type that holds them in all
 * versions. A time that a DateTime cannot hold (1970 to 2106) becomes the nearest that it can.
 */
export function clickhouseRow(event: Event): string {
  const time = parseTimestamp(event.timestamp) ?? 0;
  const second = Math.floor(time / MICROS);
  const held = Math.max(0, Math.min(LAST_SECOND, second));
  return `{"time":${held},"micros":${held === second ? time - second * MICROS : 0},"event_id":${
    jsonText(event.event_id)
  },"schema":${event.schema},"sensor":${rowText(event.sensor)},"decky":${
    rowText(event.decky)
  },"service":${rowText(event.service)},"event_type":${rowText(event.event_type)},"attacker_ip":${
    rowText(event.attacker_ip)
  },"fields":${JSON.stringify(fieldsJson(event.fields))},"msg":${rowText(event.msg ?? "")}}`;
}

/** ClickHouse takes no half of a surrogate pair. */
function rowText(text: string): string {
  return jsonText(text.toWellFormed());
}

/** Fields as JSON that every reader of JSON takes: one bad value must not hide the others. */
function fieldsJson(fields: Fields): string {
  const json = safeJson(fields);
  // JSON.stringify escapes nothing else of that form.
  if (!json.includes("\\ud")) return json;
  return safeJson(Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name.toWellFormed(), wellFormed(value)]),
  ));
}

function wellFormed(value: unknown): unknown {
  if (typeof value === "string") return value.toWellFormed();
  return Array.isArray(value) ? value.map(wellFormed) : value;
}
