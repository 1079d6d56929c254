/** What holds of every event, whoever decided what it says: it is one line, and is read back the same. */
import assert from "node:assert/strict";
import type { Event } from "../../lib/event/event.ts";
import { findFormat, formatNames } from "../../lib/event/formats.ts";
import { parseJsonRecord, toJsonLine } from "../../lib/event/json.ts";
import { parseRfc5424 } from "../../lib/event/rfc5424_parser.ts";
import { DEFAULT_SD_ID, writeRfc5424 } from "../../lib/event/rfc5424_writer.ts";
import { hasUnsafe } from "../../lib/text/unsafe.ts";

/** A line as RFC 5424 section 6 has it: in a value a quote, a bracket and a backslash are escaped. */
const STRICT =
  /^<\d{1,3}>1(?: [!-~]+){5} (?:-|\[[^ ="\]]+(?: [^ ="\]]{1,32}="(?:[^"\\\]]|\\[^])*")*\])(?: |$)/;

/** Asserts that `line` is a single line that no reader and no terminal can take for anything else. */
export function assertOneLine(line: string): void {
  assert.ok(!hasUnsafe(line), `unsafe: ${JSON.stringify(line)}`);
}

/** Asserts that `event` survives each of its formats. */
export function assertSurvives(event: Event): void {
  for (const name of formatNames()) assertOneLine(findFormat(name)!.write(event));
  const rawLine = writeRfc5424(event);
  const line = toJsonLine(event, { rawLine });
  assertOneLine(line);
  // The fields of some events are put together for those who ask.
  const { timestamp, event_id, schema, sensor, decky, service, event_type } = event;
  const { attacker_ip, fields, msg } = event;
  const plain = {
    ...{ timestamp, event_id, schema, sensor, decky, service, event_type },
    ...{ attacker_ip, fields, msg },
  };
  assert.equal(JSON.stringify(parseJsonRecord(line)), JSON.stringify({ event: plain, rawLine }));
  assertSurvivesRfc5424(event, rawLine);
}

/** Values and message come back whatever they hold; names only of what RFC 5424 6.3 allows. */
function assertSurvivesRfc5424(event: Event, line: string): void {
  assert.match(line, STRICT);
  const message = parseRfc5424(line);
  assert.ok(message !== undefined && !message.damaged, line);
  const values = Object.values(event.fields).filter((value) => value !== undefined).map(String);
  const [element, ...others] = message.elements;
  assert.deepEqual(others, []);
  assert.deepEqual(element?.params.map(([, value]) => value) ?? [], values);
  if (element !== undefined) assert.equal(element.id, DEFAULT_SD_ID);
  assert.equal(message.msg, event.msg);
  assert.equal(message.timestamp, event.timestamp);
}
