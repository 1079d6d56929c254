import fc from "fast-check";
import assert from "node:assert/strict";
import { CODE_POINT } from "../../tests/support/text_arbitrary.ts";
import { JsonBytes } from "./json_bytes.ts";
import { safeJson } from "./json_text.ts";

const TEXT = fc.string({ unit: CODE_POINT, maxLength: 40 });
const VALUE = fc.oneof(
  TEXT,
  fc.string({ maxLength: 40 }),
  fc.integer(),
  fc.double(),
  fc.constantFrom(0, -0, 9, 10, 2 ** 31 - 1, 2 ** 31, 1e21, NaN, Infinity, 0.5),
  fc.boolean(),
  fc.constant(undefined),
  fc.array(TEXT, { maxLength: 3 }),
  fc.array(fc.integer(), { maxLength: 3 }),
);

function textOf(out: JsonBytes): string {
  return new TextDecoder().decode(out.written);
}

Deno.test("JsonBytes writes members as safeJson() does", () => {
  const out = new JsonBytes();
  fc.assert(fc.property(fc.dictionary(TEXT, VALUE), (fields) => {
    out.clear();
    out.members(fields);
    assert.equal(textOf(out), safeJson(fields).slice(1, -1));
  }));
});

Deno.test("JsonBytes grows with what is written, and begins anew", () => {
  const out = new JsonBytes();
  const long = "x".repeat(3_000_000);
  out.ascii(long);
  out.text(long);
  out.raw(new TextEncoder().encode(long));
  out.members({ a: "\u20ac".repeat(1_000_000) });
  assert.equal(textOf(out), `${long}"${long}"${long}"a":"${"\u20ac".repeat(1_000_000)}"`);
  out.clear();
  out.digits(42, 6);
  out.byte(0x2c);
  assert.equal(textOf(out), "000042,");
  out.cut(6);
  assert.equal(textOf(out), "000042");
});
