/** Events as RFC 5424 lines, in the form that DECNET's readers expect. */
import type { Event } from "./event.ts";
import { escapeMessage, escapeValue } from "./rfc5424_escape.ts";
import { severity } from "./severity.ts";

/** SD-ID that DECNET's present readers look for. */
export const DEFAULT_SD_ID = "relay@55555";

/** local0 (RFC 5424 table 1). */
const FACILITY = 16;

/** RFC 5424 section 6: longest HOSTNAME, APP-NAME, MSGID and SD-NAME. */
const MAX_HOSTNAME = 255;
const MAX_APP_NAME = 48;
const MAX_MSGID = 32;
const MAX_SD_NAME = 32;

/** What needs no change as a header field, and as an SD-NAME. */
const PRINTABLE = /^[!-~]+$/;
const SD_NAME = /^[!#-<>-\\^-~]+$/;

/** Options of {@linkcode writeRfc5424}. */
export interface Rfc5424Options {
  /** @default {DEFAULT_SD_ID} */
  readonly sdId?: string | undefined;
}

/**
 * One line, without its newline: timestamp, decky, service, event type, fields and message. Event id,
 * schema and sensor stay out: DECNET's readers would take them for fields. Whatever the event holds, it
 * is one line with these fields and this message: see rfc5424_escape.ts.
 */
export function writeRfc5424(event: Event, { sdId = DEFAULT_SD_ID }: Rfc5424Options = {}): string {
  const header = `<${FACILITY * 8 + severity(event.event_type)}>1 ${event.timestamp} ${
    headerField(event.decky, MAX_HOSTNAME)
  } ${headerField(event.service, MAX_APP_NAME)} - ${headerField(event.event_type, MAX_MSGID)}`;
  let params = "";
  for (const name of Object.keys(event.fields)) {
    const value = event.fields[name];
    // String() joins a list with commas.
    if (value !== undefined) params += ` ${sdName(name)}="${escapeValue(String(value))}"`;
  }
  const data = params === "" ? "-" : `[${sdName(sdId)}${params}]`;
  return event.msg === undefined
    ? `${header} ${data}`
    : `${header} ${data} ${escapeMessage(event.msg)}`;
}

function headerField(text: string, maxLength: number): string {
  if (text.length <= maxLength && PRINTABLE.test(text)) return text;
  return text.replace(/[^!-~]/g, "_").slice(0, maxLength) || "-";
}

/** RFC 5424 6.3: printable ASCII without `=`, space, `]` and `"`. */
function sdName(text: string): string {
  if (text.length <= MAX_SD_NAME && SD_NAME.test(text)) return text;
  return text.replace(/[^!-~]|[="\]]/g, "_").slice(0, MAX_SD_NAME) || "_";
}
