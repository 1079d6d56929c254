import assert from "node:assert/strict";
import fc from "fast-check";
import { CODE_POINT } from "../../tests/support/text_arbitrary.ts";
import { FACT_FIELDS } from "./fact_fields.ts";
import { readFactValues } from "./fact_reader.ts";
import { readPlace } from "./place.ts";
import { RecordReader } from "./record_reader.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** What a reader finds in `line`; undefined for no record. */
function read(line: string) {
  const reader = new RecordReader();
  const bytes = encoder.encode(`before ${line} behind`);
  const [start, stop] = [7, bytes.length - 7];
  if (!reader.read(bytes, start, stop)) return undefined;
  const { attacker, where, whereLength, facts, factsLength } = reader;
  return {
    time: reader.time,
    attacker: attacker.start < 0
      ? undefined
      : decoder.decode(bytes.subarray(attacker.start, attacker.stop)),
    place: readPlace(where.subarray(0, whereLength)),
    values: readFactValues(facts.subarray(0, factsLength)),
  };
}

const RECORD = {
  timestamp: "2026-09-01T10:00:00.000000Z",
  decky: "web-01",
  service: "http",
  event_type: "request",
  attacker_ip: "192.0.2.7",
};

Deno.test("RecordReader finds what JSON.parse() finds, in any order and any spacing", () => {
  const decoyFields = FACT_FIELDS.filter(([, use]) => use !== "evidence").map(([name]) => name);
  const fields = fc.dictionary(
    fc.oneof(fc.constantFrom(...decoyFields), fc.string()),
    fc.oneof(
      fc.string({ unit: CODE_POINT, minLength: 1 }),
      fc.integer(),
      fc.boolean(),
      fc.array(fc.string()),
    ),
    { noNullPrototype: true },
  );
  const record = fc.record({
    timestamp: fc.constant(RECORD.timestamp),
    decky: fc.string({ maxLength: 20 }),
    service: fc.string({ maxLength: 20 }),
    event_type: fc.string({ minLength: 1, maxLength: 20 }),
    attacker_ip: fc.constantFrom("192.0.2.7", "2001:db8::1", "Unknown"),
    sensor: fc.string({ maxLength: 20 }),
    fields,
    raw_line: fc.string(),
    other: fc.jsonValue(),
  }, { requiredKeys: ["timestamp", "event_type", "attacker_ip", "fields"] });
  fc.assert(
    fc.property(record, fc.constantFrom(0, 1), fc.boolean(), (value, spaces, turned) => {
      const entries = Object.entries(value);
      const line = JSON.stringify(
        Object.fromEntries(turned ? entries.reverse() : entries),
        null,
        spaces,
      )
        .replaceAll("\n", " ");
      const found = read(line);
      assert.ok(found !== undefined, line);
      assert.equal(found.attacker, value.attacker_ip);
      assert.equal(found.place.decky, (value.decky ?? "-").replaceAll("\0", " "));
      assert.equal(found.place.sensor, (value.sensor ?? "-").replaceAll("\0", " "));
      assert.equal(found.place.eventType, value.event_type.replaceAll("\0", " "));
      const isDecoy = found.place.speaker === "decoy";
      const expected = Object.fromEntries(
        Object.entries(value.fields).filter(([name]) => isDecoy && decoyFields.includes(name)),
      );
      if (isDecoy) assert.deepEqual({ ...found.values }, expected);
    }),
  );
});

Deno.test("RecordReader takes no line that is cut off, and runs past the end of none", () => {
  const line = JSON.stringify({ ...RECORD, fields: { command: 'a "b" \\', password: ["x"] } });
  assert.ok(read(line) !== undefined);
  for (let length = 0; length < line.length; length++) {
    assert.equal(read(line.slice(0, length)), undefined, line.slice(0, length));
  }
});

Deno.test("RecordReader gives undefined for what is no event", () => {
  for (
    const line of [
      ...["", "[1]", "null", "{}", "}", "{", '{"a":1}', '{"timestamp":"soon","event_type":"x"}'],
      ...['{"timestamp":"2026-09-01T10:00:00Z"}', '{"event_type":"x","attacker_ip":"192.0.2.1"}'],
      ...[
        '{"timestamp":"2026-09-01T10:00:00Z","event_type":1}',
        "\0\0\0\0",
        `${"[".repeat(9999)}}`,
      ],
    ]
  ) assert.equal(read(line), undefined, line.slice(0, 80));
});

Deno.test("RecordReader cuts long texts, and lists of recipients not", () => {
  const long = '\u00e9"x'.repeat(30_000);
  const found = read(JSON.stringify({ ...RECORD, fields: { command: long, rcpt_to: long } }));
  assert.equal(found?.values["command"], long.slice(0, 1024));
  assert.equal(found?.values["rcpt_to"], long);
});

Deno.test("RecordReader gives names that are no text of ours no power", () => {
  const found = read(
    `{"timestamp":"${RECORD.timestamp}","event_type":"__proto__","decky":"constructor",` +
      `"service":"${
        "s".repeat(1000)
      }","attacker_ip":"192.0.2.7","fields":{"__proto__":{"command":"x"},` +
      `"command":1e308,"bytes":1e999}}`,
  );
  assert.equal(found?.place.eventType, "__proto__");
  assert.equal(found?.place.decky, "constructor");
  assert.ok(found!.place.service.length <= 128);
  assert.deepEqual({ ...found?.values }, { command: 1e308, bytes: Infinity });
});
