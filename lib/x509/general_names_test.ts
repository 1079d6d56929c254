import assert from "node:assert/strict";
import fc from "fast-check";
import { fromHex } from "../bytes.ts";
import { TAG } from "./der.ts";
import { der, derHex, derSequence, derText } from "../../tests/support/der_builder.ts";
import { type GeneralName, readAlternativeNames } from "./general_names.ts";

const DNS = 0x82;
const IP = 0x87;

function only(element: Uint8Array): GeneralName {
  const { names, count } = readAlternativeNames(derSequence(element));
  assert.equal(count, 1);
  return names[0]!;
}

Deno.test("readAlternativeNames() keeps 1,000 of 10,000 names and counts them all", () => {
  const written = Array.from({ length: 10_000 }, (_, index) => derText(DNS, `n${index}.example`));
  const { names, count } = readAlternativeNames(derSequence(...written));
  assert.equal(count, 10_000);
  assert.equal(names.length, 1000);
  assert.equal(names[999]?.value, "n999.example");
});

Deno.test("readAlternativeNames() keeps characters that break lines and terminals", () => {
  const value = "a\n<134>1 x\0\x1b[2J\x7f\r";
  assert.equal(only(derText(DNS, value)).value, value);
  assert.equal(only(derHex(DNS, "61859b9d")).value, "a\x85\x9b\x9d");
  // U+202E, right-to-left override, in UTF-8, which has no place in an IA5String.
  assert.equal(only(derText(0x86, "\u202e")).value, "\xe2\x80\xae");
  const logonName = der(
    0xa0,
    derHex(TAG.oid, "2b060104018237140203"),
    der(0xa0, derText(TAG.utf8String, "\u202egpj\n")),
  );
  assert.equal(only(logonName).value, "1.3.6.1.4.1.311.20.2.3=\u202egpj\n");
});

Deno.test("readAlternativeNames() writes IPv6 addresses as RFC 5952 says", () => {
  const addresses: Record<string, string> = {
    "c0000207": "192.0.2.7",
    "00000000": "0.0.0.0",
    "00000000000000000000000000000000": "::",
    "00000000000000000000000000000001": "::1",
    "20010db8000000000000000000000001": "2001:db8::1",
    "20010db8000000010001000100010001": "2001:db8:0:1:1:1:1:1",
    "20010db8000000000001000000000001": "2001:db8::1:0:0:1",
    "20010DB80000000000000000ABCD0000": "2001:db8::abcd:0",
    "00000000000000000000ffffc0000208": "::ffff:192.0.2.8",
  };
  for (const [hex, text] of Object.entries(addresses)) {
    assert.deepEqual(only(derHex(IP, hex)), { type: "ip", value: text });
  }
});

Deno.test("readAlternativeNames() writes the hexadecimal of what does not fit its kind", () => {
  assert.deepEqual(only(derText(IP, "1.2.3")), { type: "ip", value: "#312e322e33" });
  assert.deepEqual(only(derHex(IP, "")), { type: "ip", value: "#" });
  assert.deepEqual(only(derHex(0x88, "ff")), { type: "rid", value: "#ff" });
  assert.deepEqual(only(derHex(0xa0, "0500")), { type: "other", value: "#a0020500" });
  assert.deepEqual(only(derHex(0xa4, "0500")), { type: "directory", value: "#a4020500" });
  assert.deepEqual(only(derHex(0xa3, "0500")), { type: "other", value: "#a3020500" });
  assert.deepEqual(only(derText(TAG.utf8String, "x")), { type: "other", value: "#0c0178" });
  const number = der(0xa0, derHex(TAG.oid, "2a03"), der(0xa0, derHex(TAG.integer, "05")));
  assert.deepEqual(only(number), { type: "other", value: "1.2.3=#020105" });
});

Deno.test("readAlternativeNames() cuts values at 4,096 characters", () => {
  const huge = new Uint8Array(100_000).fill(0x61);
  for (const tag of [DNS, 0x81, 0x86, 0xa3]) {
    assert.ok(only(der(tag, huge)).value.length <= 4096);
  }
  assert.equal(only(der(DNS, huge)).value, "a".repeat(4096));
});

Deno.test("readAlternativeNames() ends at a malformed name", () => {
  const { names, count } = readAlternativeNames(fromHex("3008820161820162" + "8205"));
  assert.deepEqual(names.map(({ value }) => value), ["a", "b"]);
  assert.equal(count, 2);
  assert.deepEqual(readAlternativeNames(new Uint8Array(0)), { names: [], count: 0 });
  assert.deepEqual(readAlternativeNames(fromHex("3080820161")), { names: [], count: 0 });
});

Deno.test("readAlternativeNames() never throws on random bytes", () => {
  const element = fc.tuple(fc.nat({ max: 255 }), fc.uint8Array({ maxLength: 40 }))
    .map(([tag, content]) => der(tag, content));
  const value = fc.oneof(
    fc.uint8Array({ maxLength: 100 }),
    fc.array(element, { maxLength: 8 }).map((elements) => derSequence(...elements)),
  );
  fc.assert(fc.property(value, (bytes) => {
    const { names, count } = readAlternativeNames(bytes);
    assert.ok(names.length <= count);
  }));
});
