import assert from "node:assert/strict";
import fc from "fast-check";
import { anyText } from "../../tests/support/text_arbitrary.ts";
import { hasUnsafe } from "../text/unsafe.ts";
import { createEvent } from "./create.ts";
import type { Fields } from "./event.ts";
import { parseJsonEvent, parseJsonRecord, toJsonLine } from "./json.ts";
import { isEventId } from "./ulid.ts";

function event(fields: Fields, msg?: string) {
  return createEvent({
    time: 1_777_785_171_123_456,
    sensor: "sensor-1",
    decky: "decky-01",
    service: "ssh",
    eventType: "auth_attempt",
    fields,
    msg,
    origin: "test",
  });
}

Deno.test("toJsonLine() writes the keys of the record in order", () => {
  const line = toJsonLine(event({ src_ip: "192.0.2.1", port: 22, ok: true }, "m"), {
    rawLine: "<134>1 x",
  });
  const { event_id: id, ...rest } = JSON.parse(line);
  assert.ok(isEventId(id));
  assert.equal(
    JSON.stringify(rest),
    '{"timestamp":"2026-05-03T05:12:51.123456Z","schema":1,"sensor":"sensor-1","decky":"decky-01",' +
      '"service":"ssh","event_type":"auth_attempt","attacker_ip":"192.0.2.1",' +
      '"fields":{"src_ip":"192.0.2.1","port":22,"ok":true},"msg":"m","raw_line":"<134>1 x"}',
  );
  assert.deepEqual(Object.keys(JSON.parse(line)).slice(0, 3), ["timestamp", "event_id", "schema"]);
  assert.deepEqual(Object.keys(JSON.parse(toJsonLine(event({})))).at(-1), "fields");
});

Deno.test("toJsonLine() escapes what JSON.stringify leaves raw", () => {
  const line = toJsonLine(event({ a: "\x7f\x9b\u202e\u2028\ufeff\\\u2069" }, "\u200f"), {
    rawLine: "\u0085",
  });
  assert.ok(line.includes('"a":"\\u007f\\u009b\\u202e\\u2028\\ufeff\\\\\\u2069"'), line);
  assert.ok(line.includes('"msg":"\\u200f","raw_line":"\\u0085"'), line);
});

const fieldValue: fc.Arbitrary<string | number | boolean | string[] | number[]> = fc.oneof(
  anyText(),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
  fc.boolean(),
  fc.array(anyText(), { maxLength: 3 }),
  fc.array(fc.integer(), { maxLength: 3 }),
);

Deno.test("parseJsonRecord(toJsonLine(event)) gives back the event and its line", () => {
  const fields = fc.dictionary(anyText(), fieldValue, { maxKeys: 5 });
  fc.assert(
    fc.property(fields, anyText(), anyText(), (values, msg, rawLine) => {
      const written = event(values, msg);
      const line = toJsonLine(written, { rawLine });
      assert.equal(hasUnsafe(line), false);
      assert.deepEqual(parseJsonRecord(line), { event: written, rawLine });
    }),
    { numRuns: 1000 },
  );
});

Deno.test("parseJsonEvent() reads DECNET's older records", () => {
  const line = JSON.stringify({
    timestamp: "2026-05-03 05:12:51",
    decky: "decky-01",
    service: "http",
    event_type: "request",
    attacker_ip: "192.0.2.1:5555",
    fields: { path: "/" },
    msg: "",
    raw_line: "<134>1 ...",
  });
  const read = parseJsonEvent(line)!;
  assert.deepEqual({ ...read, fields: { ...read.fields } }, {
    timestamp: "2026-05-03T05:12:51.000000Z",
    event_id: read.event_id,
    schema: 1,
    sensor: "-",
    decky: "decky-01",
    service: "http",
    event_type: "request",
    attacker_ip: "192.0.2.1",
    fields: { path: "/" },
  });
  assert.ok(isEventId(read.event_id));
  assert.equal(parseJsonEvent(line)!.event_id, read.event_id);
});

Deno.test("parseJsonEvent() finds the attacker that an older record calls Unknown, and believes ours", () => {
  const record = {
    timestamp: "2026-05-03 05:12:51",
    event_type: "x",
    attacker_ip: "Unknown",
    fields: { src_ip: "::1" },
  };
  assert.equal(parseJsonEvent(JSON.stringify(record))!.attacker_ip, "::1");
  assert.equal(parseJsonEvent(JSON.stringify({ ...record, schema: 1 }))!.attacker_ip, "Unknown");
  assert.equal(
    parseJsonEvent(JSON.stringify({ ...record, attacker_ip: "2001:db8:" }))!.attacker_ip,
    "::1",
  );
});

Deno.test("parseJsonEvent() drops field values that are none", () => {
  const line = '{"timestamp":"2026-05-03T05:12:51Z","event_type":"x","fields":' +
    '{"a":null,"b":{"c":1},"d":[1,"x"],"e":[[]],"f":1e999,"g":["x"],"h":[1],"i":[],"j":false}}';
  assert.deepEqual({ ...parseJsonEvent(line)!.fields }, { g: ["x"], h: [1], i: [], j: false });
  for (const fields of ["null", "[1]", '"x"', "5"]) {
    const other = `{"timestamp":"2026-05-03T05:12:51Z","event_type":"x","fields":${fields}}`;
    assert.deepEqual(Object.keys(parseJsonEvent(other)!.fields), []);
  }
});

Deno.test("parseJsonEvent() never pollutes a prototype (B9)", () => {
  const line =
    '{"__proto__":{"polluted":1,"timestamp":"2026-05-03T05:12:51Z"},"timestamp":"2026-05-03T05:12:51Z",' +
    '"event_type":"x","fields":{"__proto__":["y"],"constructor":"z"}}';
  const { fields } = parseJsonEvent(line)!;
  assert.equal(Object.getPrototypeOf(fields), null);
  assert.deepEqual(Object.entries(fields), [["__proto__", ["y"]], ["constructor", "z"]]);
  assert.equal("polluted" in {}, false);
  assert.equal(
    parseJsonEvent('{"__proto__":{"timestamp":"2026-05-03T05:12:51Z","event_type":"x"}}'),
    undefined,
  );
});

Deno.test("parseJsonEvent() returns undefined for what is no event", () => {
  const cases = [
    "",
    "[1]",
    "null",
    "1",
    '"x"',
    "{",
    "{}",
    '{"event_type":"x"}',
    '{"timestamp":"2026-05-03T05:12:51Z"}',
  ];
  cases.push('{"timestamp":"yesterday","event_type":"x"}', '{"timestamp":5,"event_type":"x"}');
  cases.push("[".repeat(1_000_000), `{"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}`);
  for (const line of cases) assert.equal(parseJsonEvent(line), undefined, line.slice(0, 50));
});

Deno.test("parseJsonEvent() never throws", () => {
  fc.assert(fc.property(fc.oneof(anyText(), fc.json()), (text) => {
    parseJsonEvent(text);
    parseJsonEvent(`{"timestamp":"2026-05-03T05:12:51Z","event_type":"x","fields":${text}}`);
  }));
});
