import fc from "fast-check";
import assert from "node:assert/strict";
import { CODE_POINT } from "../../tests/support/text_arbitrary.ts";
import { type Event, type Fields, SCHEMA_VERSION } from "./event.ts";
import { EventKind, JoinedEvent } from "./joined_event.ts";
import { toJsonLine } from "./json.ts";
import { JsonBytes } from "./json_bytes.ts";
import { PlaceHash, placeId } from "./place_id.ts";
import { writeRfc5424 } from "./rfc5424_writer.ts";
import { SharedFields } from "./shared_fields.ts";

const TEXT = fc.string({ unit: CODE_POINT, maxLength: 80 });
const VALUE = fc.oneof(
  TEXT,
  fc.integer(),
  fc.boolean(),
  fc.constant(undefined),
  fc.array(TEXT, { maxLength: 3 }),
);

/** Fields in parts, none of which has a name of another. */
const PARTS = fc.array(
  fc.tuple(fc.dictionary(fc.string({ unit: CODE_POINT, maxLength: 5 }), VALUE), fc.boolean()),
  { maxLength: 4 },
).map((parts) =>
  parts.map(([fields, shared], index) => {
    const own: Fields = Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [`${index}${name}_`, value]),
    );
    return { fields: own, part: shared ? new SharedFields(own) : own };
  })
);

Deno.test("JoinedEvent is written as the plain event of the same fields", () => {
  fc.assert(fc.property(PARTS, TEXT, TEXT, fc.option(TEXT), (parts, decky, sensor, rawLine) => {
    const place = new PlaceHash();
    place.begin();
    place.add(decky);
    const id = place.id(1_700_000_000_123_456);
    const kind = new EventKind(sensor, "sniffer", "tls_session");
    const joined = new JoinedEvent(
      kind,
      1_700_000_000_123_456,
      id,
      decky,
      "192.0.2.1",
      parts.map(({ part }) => part),
    );
    const plain: Event = {
      timestamp: "2023-11-14T22:13:20.123456Z",
      event_id: placeId(1_700_000_000_123_456, decky),
      schema: SCHEMA_VERSION,
      sensor,
      decky,
      service: "sniffer",
      event_type: "tls_session",
      attacker_ip: "192.0.2.1",
      fields: Object.assign({}, ...parts.map(({ fields }) => fields)),
    };
    const options = { rawLine: rawLine ?? undefined };
    assert.equal(toJsonLine(joined, options), toJsonLine(plain, options));
    assert.deepEqual(joined.fields, plain.fields);
    assert.equal(writeRfc5424(joined), writeRfc5424(plain));
    // What is asked for between does not change what is written.
    assert.equal(toJsonLine(joined, options), toJsonLine(plain, options));
  }));
});

Deno.test("SharedFields are written as their fields, the second time too", () => {
  for (
    const [fields, json] of [
      [{ a: 1, b: undefined, c: ["x", "\u202e"] }, '"a":1,"c":["x","\\u202e"]'],
      [{ a: undefined }, ""],
    ] as const
  ) {
    const shared = new SharedFields(fields);
    const out = new JsonBytes();
    shared.write(out);
    shared.write(out);
    assert.equal(new TextDecoder().decode(out.written), json + json);
  }
});
