/** Lines as `decnet collect`, `decnet sniff` and `decnet probe` write them, by the million. */
import type { FieldValue } from "../../lib/event/event.ts";
import { placeId } from "../../lib/event/place_id.ts";
import { escapeValue } from "../../lib/event/rfc5424_escape.ts";
import { severity } from "../../lib/event/severity.ts";
import { formatTimestamp } from "../../lib/event/time.ts";

/** Text that neither JSON nor RFC 5424 escapes. */
const PLAIN = /^[ !#-[^-~]*$/;

/** RFC 5424 facility local0, times eight. */
const LOCAL0 = 128;

/** An event to be written. */
export interface LineInput {
  /** Microseconds since the epoch. */
  readonly time: number;
  readonly decky: string;
  readonly service: string;
  readonly eventType: string;
  readonly attacker: string;
  /** Names and values by turns. */
  readonly fields: readonly FieldValue[];
}

/** One JSON line with its newline. `number` makes its id: no two lines of a log have the same. */
export function eventLine(input: LineInput, number: number): string {
  const { time, decky, service, eventType, attacker, fields } = input;
  const timestamp = formatTimestamp(time);
  let json = "";
  let raw = "";
  for (let index = 0; index < fields.length; index += 2) {
    const name = fields[index] as string;
    const value = fields[index + 1]!;
    if (index > 0) json += ",";
    if (typeof value !== "string") {
      json += `"${name}":${JSON.stringify(value)}`;
      raw += ` ${name}=\\"${value}\\"`;
    } else if (PLAIN.test(value)) {
      json += `"${name}":"${value}"`;
      raw += ` ${name}=\\"${value}\\"`;
    } else {
      json += `"${name}":${JSON.stringify(value)}`;
      raw += ` ${name}=\\"${JSON.stringify(escapeValue(value)).slice(1, -1)}\\"`;
    }
  }
  const data = raw === "" ? "-" : `[relay@55555${raw}]`;
  return `{"timestamp":"${timestamp}","event_id":"${placeId(time, String(number))}","schema":1,` +
    `"sensor":"sensor-1","decky":"${decky}","service":"${service}","event_type":"${eventType}",` +
    `"attacker_ip":"${attacker}","fields":{${json}},"raw_line":"<${
      LOCAL0 + severity(eventType)
    }>1 ${timestamp} ${decky} ${service} - ${eventType} ${data}"}\n`;
}

/** Lines that no reader can use: torn, of other kinds, without what an event needs. */
export const GARBAGE: readonly string[] = [
  '{"timestamp":"2026-09-01T00:00:00.000000Z","event_id":"01K4\n',
  "Sep  1 00:00:00 host sshd[411]: Connection closed by 203.0.113.9 port 4242 [preauth]\n",
  "[1,2,3]\n",
  "null\n",
  "42\n",
  '{"event_type":"connect","attacker_ip":"203.0.113.9","fields":{}}\n',
  '{"timestamp":"yesterday","event_type":"connect","attacker_ip":"203.0.113.9"}\n',
  "\u0000\u0001\u0002\n",
  "{}\n",
];
