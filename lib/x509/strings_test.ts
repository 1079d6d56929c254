import assert from "node:assert/strict";
import fc from "fast-check";
import { fromHex } from "../bytes.ts";
import { TAG } from "./der.ts";
import { decodeString, MAX_TEXT_LENGTH } from "./strings.ts";

Deno.test("decodeString() decodes each string type in its own way", () => {
  assert.equal(decodeString(TAG.utf8String, fromHex("c3a9e282acf09f9980")), "\xe9\u20ac\u{1f640}");
  assert.equal(decodeString(TAG.printableString, fromHex("4162")), "Ab");
  assert.equal(decodeString(TAG.ia5String, fromHex("4140")), "A@");
  assert.equal(decodeString(TAG.t61String, fromHex("fc80")), "\xfc\x80");
  assert.equal(decodeString(TAG.bmpString, fromHex("004120acd83dde40")), "A\u20ac\u{1f640}");
  assert.equal(decodeString(TAG.universalString, fromHex("000000410001f640")), "A\u{1f640}");
});

Deno.test("decodeString() returns undefined for tags of no string type", () => {
  for (const tag of [TAG.integer, TAG.octetString, TAG.bitString, TAG.oid, TAG.sequence, 0x82]) {
    assert.equal(decodeString(tag, fromHex("41")), undefined);
  }
});

Deno.test("decodeString() keeps a byte order mark and control characters", () => {
  const bytes = fromHex("efbbbf0a001bc285e280ae");
  assert.equal(decodeString(TAG.utf8String, bytes), "\ufeff\n\0\x1b\x85\u202e");
});

Deno.test("decodeString() puts U+FFFD where bytes do not decode, and drops an odd rest", () => {
  assert.equal(decodeString(TAG.utf8String, fromHex("41ff42")), "A\ufffdB");
  assert.equal(decodeString(TAG.bmpString, fromHex("d8000041ff")), "\ufffdA");
  assert.equal(decodeString(TAG.universalString, fromHex("001100000000d80041")), "\ufffd\ufffd");
});

Deno.test("decodeString() gives at most 4,096 well-formed code units of any bytes", () => {
  const tags = fc.constantFrom(...Object.values(TAG));
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 64 }),
    fc.uint8Array({ minLength: 1, maxLength: 4 }).map((unit) =>
      Uint8Array.from({ length: 5 * MAX_TEXT_LENGTH }, (_, index) => unit[index % unit.length]!)
    ),
  );
  fc.assert(fc.property(tags, bytes, (tag, content) => {
    const text = decodeString(tag, content) ?? "";
    assert.ok(text.length <= 4096);
    assert.ok(text.isWellFormed());
  }));
});
