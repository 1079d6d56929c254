/** Lines of logs, RFC 5424 and JSON, and events of any text. */
import assert from "node:assert/strict";
import { createEvent } from "../../../lib/event/create.ts";
import { parseJsonRecord, toJsonLine } from "../../../lib/event/json.ts";
import { eventFromLine } from "../../../lib/event/line_event.ts";
import { parseRfc5424 } from "../../../lib/event/rfc5424_parser.ts";
import { formatTimestamp, parseTimestampOrUtc } from "../../../lib/event/time.ts";
import { readLogStream } from "../../../lib/log/read_stream.ts";
import { escapeForTerminal } from "../../../lib/terminal/escape.ts";
import { latin1 } from "../../../lib/text/latin1.ts";
import { readLines } from "../../../lib/text/lines.ts";
import { assertOneLine, assertSurvives } from "../event_lines.ts";
import { cut } from "../pieces.ts";
import type { FuzzTarget } from "../target.ts";

const LINES = [
  '<134>1 2026-01-02T03:04:05.678901Z omega ssh - login_attempt [relay@55555 src_ip="192.0.2.7" ' +
  'user="a\\"b\\\\c\\]d" note="\\u001b[31m"] Failed \\u005cu000a',
  '<14>1 2026-01-02T03:04:05+02:00 host app 42 id [a b="c"][d@1 e="f" g=""] \ufeffmsg',
  "<0>1 - - - - - -",
  '<191>1 2026-01-02 03:04:05 x y z - [x y="cut off',
  '{"timestamp":"2026-01-02T03:04:05.678901Z","event_id":"01KDYJ3Q8E0123456789ABCDEF","schema":1,' +
  '"sensor":"s","decky":"d","service":"sniffer","event_type":"t","attacker_ip":"192.0.2.7",' +
  '"fields":{"a":1,"b":[1,2],"c":["x","\\u2028"],"d":true,"__proto__":"x"},"msg":"m","raw_line":"r"}',
  '{"timestamp":"2026-01-02 03:04:05","event_type":"t","attacker_ip":"[2001:db8::1]:80",' +
  '"fields":{"src_ip":"192.0.2.7:22"}}',
];

/** Short, so that lines over it come by. */
const MAX_LOG_LINE = 200;

export const LOG_LINE: FuzzTarget = {
  name: "log_line",
  words: [
    ...["<134>1 ", ' [relay@55555 src_ip="', '"] ', '="', "\\", "\\u000a", "\\u005c", "\\]", " - "],
    ...["2026-02-29T23:59:60Z", "9999-12-31T23:59:59.999999999Z", "1684-01-01T00:00:00-23:59"],
    ...['{"timestamp":"', '","event_type":"', '"fields":{', "[]", "1e999", "-0", "null", "\\ud800"],
    ...[
      "\u202e",
      "\u2028",
      "\ufeff",
      "\u0085",
      "\u{1f600}",
      "\r\n",
      "::ffff:192.0.2.7",
      "__proto__",
    ],
  ],
  seeds: () => LINES.map((line) => new TextEncoder().encode(line)),
  async run(input) {
    const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(input);
    assertOneLine(escapeForTerminal(text));
    await lines(input);
    anyEvent(input);
    return `${syslog(text)} ${json(text)} ${time(text)}`;
  },
};

function syslog(text: string): string {
  const message = parseRfc5424(text);
  if (message === undefined) return "none";
  assert.ok(message.facility <= 23 && message.severity <= 7);
  assert.equal(Object.getPrototypeOf(message.fields), null);
  const event = eventFromLine(text, { sensor: "s", origin: "o", receivedAt: 0 });
  assertSurvives(event!);
  return `${message.damaged} ${Math.min(message.elements.length, 4)} ${message.msg === undefined}`;
}

function json(text: string): string {
  const record = parseJsonRecord(text);
  if (record === undefined) return "none";
  const { event, rawLine } = record;
  const line = toJsonLine(event, { rawLine });
  assertOneLine(line);
  assert.equal(JSON.stringify(parseJsonRecord(line)), JSON.stringify(record));
  assertSurvives(event);
  return `json ${Object.keys(event.fields).length} ${event.attacker_ip === "Unknown"}`;
}

function time(text: string): string {
  const micros = parseTimestampOrUtc(text);
  if (micros === undefined) return "none";
  assert.equal(parseTimestampOrUtc(formatTimestamp(micros)), micros);
  return "time";
}

/** An event of which every text is a part of the input, as UTF-16: lone surrogates are text too. */
function anyEvent(input: Uint8Array): void {
  const units = new Uint16Array(input.slice(0, input.length & ~1 & 0xfff).buffer);
  const text = String.fromCharCode(...units);
  const part = Math.ceil(text.length / 8);
  const parts = Array.from({ length: 8 }, (_, index) => text.slice(index * part, ++index * part));
  const [sensor, decky, service, eventType, name, value, list, msg] = parts as [
    ...[string, string, string, string, string, string, string, string],
  ];
  assertSurvives(createEvent({
    time: input.length * 1_000_003,
    ...{ sensor, decky, service, eventType, msg },
    fields: { [name]: value, list: [list, value], number: units[0], truth: true },
    origin: "o",
  }));
}

/** Lines do not depend on how their stream is cut. */
async function lines(input: Uint8Array): Promise<void> {
  const read = (pieces: readonly Uint8Array[]) =>
    Array.fromAsync(readLines(ReadableStream.from(pieces)));
  const whole = await read([input]);
  assert.deepEqual(await read(cut(input)), whole);
  assert.ok(whole.every((line) => !line.includes("\n")));
  assert.equal(await logLines(cut(input)), await logLines([input]));
}

/** What a log's reader gives of it; a chunk of its own for each piece, so only the bytes count. */
async function logLines(pieces: readonly Uint8Array[]): Promise<string> {
  let text = "";
  let skipped = 0;
  const chunks = (async function* () {
    yield* pieces;
  })();
  for await (const item of readLogStream(chunks, { maxLine: MAX_LOG_LINE })) {
    if (item.kind === "chunk") {
      assert.ok(item.end <= item.bytes.length);
      text += latin1(item.bytes, 0, item.end);
      item.cursorAt(item.end);
    } else {
      assert.equal(item.kind, "skipped");
      if (item.kind === "skipped") skipped += item.bytes;
    }
  }
  return `${skipped} ${text}`;
}
