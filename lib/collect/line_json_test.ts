import assert from "node:assert/strict";
import fc from "fast-check";
import { CODE_POINT } from "../../tests/support/text_arbitrary.ts";
import { type Event, type FieldValue, SCHEMA_VERSION } from "../event/event.ts";
import { parseJsonRecord, toJsonLine } from "../event/json.ts";
import { formatTimestamp } from "../event/time.ts";
import { LineBuffer } from "./line_buffer.ts";
import { LineJsonWriter } from "./line_json.ts";

const text = fc.oneof(
  fc.string({ unit: CODE_POINT, maxLength: 12 }),
  fc.string({ unit: "grapheme-ascii", maxLength: 12 }),
);
const value: fc.Arbitrary<FieldValue> = fc.oneof(text, fc.boolean(), fc.integer());
const ID = "01HQZX3T0000000000000000AB";

Deno.test("LineJsonWriter writes what toJsonLine() does", () => {
  // Names that are numbers come first in an object.
  const name = text.filter((key) => !/^\d+$/.test(key));
  const fields = fc.uniqueArray(fc.tuple(name, value), { selector: ([key]) => key, maxLength: 5 });
  fc.assert(
    fc.property(fields, fc.array(text, { minLength: 6, maxLength: 6 }), (pairs, texts) => {
      const [sensor = "", decky = "", service = "", eventType = "", msg = "", rawLine = ""] = texts;
      const time = 1_777_785_171_123_456;
      const members: Record<string, FieldValue> = Object.create(null);
      for (const [key, member] of pairs) members[key] = member;
      const event: Event = {
        timestamp: formatTimestamp(time),
        event_id: ID,
        schema: SCHEMA_VERSION,
        sensor,
        decky,
        service,
        event_type: eventType,
        attacker_ip: "192.0.2.1",
        fields: members,
        ...(msg === "" ? {} : { msg }),
      };
      const writer = new LineJsonWriter(sensor);
      const line = {
        time,
        id: ID,
        decky,
        service,
        eventType,
        attacker: "192.0.2.1",
        names: pairs.map(([key]) => key),
        values: pairs.map(([, member]) => member),
        msg,
        rawLine,
      };
      const expected = toJsonLine(event, { rawLine });
      const names = pairs.flatMap(([key, member]) => [key, String(member)]);
      const isPlain = [...texts, ...names].every((word) => /^[ -~]*$/.test(word));
      for (const plain of isPlain ? [false, true] : [false]) {
        const buffer = new LineBuffer();
        writer.write({ ...line, isPlain: plain }, buffer);
        assert.deepEqual([buffer.text(), buffer.count], [`${expected}\n`, 1]);
      }
      assert.deepEqual(parseJsonRecord(expected), { event, rawLine });
    }),
    { numRuns: 500 },
  );
});
