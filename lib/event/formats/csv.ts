/** Comma-separated values (RFC 4180), for spreadsheets. */
import { guardFormula } from "../../text/formula.ts";
import { replaceUnsafe, unicodeEscape } from "../../text/unsafe.ts";
import type { Event, FieldValue } from "../event.ts";
import { formatJson } from "./field_reader.ts";

/** What there is of each event; `fields` are all its fields as JSON. */
const COLUMNS: readonly string[] = [
  ...["timestamp", "event_id", "sensor", "decky", "service", "event_type", "attacker_ip"],
  ...["src_ip", "src_port", "dst_ip", "dst_port", "msg", "fields"],
];

/** Keys of an event that stand beside its fields. */
const KEYS: ReadonlySet<string> = new Set([
  ...["timestamp", "event_id", "schema", "sensor", "decky", "service", "event_type"],
  ...["attacker_ip", "msg"],
]);

/** Which columns; by default those of every event. */
export interface CsvOptions {
  readonly fields?: readonly string[] | undefined;
}

/** The line with the names of the columns. */
export function csvHeading({ fields = COLUMNS }: CsvOptions = {}): string {
  return fields.map(cell).join(",");
}

/** `event` as one line. */
export function writeCsv(event: Event, { fields = COLUMNS }: CsvOptions = {}): string {
  return fields.map((name) => cell(valueOf(event, name))).join(",");
}

function valueOf(event: Event, name: string): FieldValue | undefined {
  if (name === "fields") return formatJson(event.fields);
  if (KEYS.has(name)) return event[name as Exclude<keyof Event, "fields">];
  const field = name.startsWith("fields.") ? name.slice("fields.".length) : name;
  return Object.hasOwn(event.fields, field) ? event.fields[field] : undefined;
}

/** An attacker's text that a spreadsheet would run as a formula is kept from it by an apostrophe. */
function cell(value: FieldValue | undefined): string {
  if (value === undefined) return "";
  if (typeof value === "number") return String(value);
  const text = String(value);
  const isPlain = text === "-" || /^[-+]?\d+(?:\.\d+)?$/.test(text);
  const safe = replaceUnsafe(isPlain ? text : guardFormula(text), unicodeEscape);
  return /[",']/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
