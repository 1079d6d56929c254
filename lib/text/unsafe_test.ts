import assert from "node:assert/strict";
import { hasUnsafe, replaceUnsafe, unicodeEscape } from "./unsafe.ts";

/** The ranges as operators name them, independent of the Unicode properties in the code. */
function listed(unit: number): boolean {
  return unit < 0x20 || unit >= 0x7f && unit <= 0x9f || unit === 0x61c ||
    unit === 0x200e || unit === 0x200f || unit >= 0x2028 && unit <= 0x202e ||
    unit >= 0x2066 && unit <= 0x2069 || unit >= 0xd800 && unit <= 0xdfff || unit === 0xfeff;
}

Deno.test("hasUnsafe() is true for exactly the listed code units", () => {
  for (let unit = 0; unit <= 0xffff; unit++) {
    assert.equal(hasUnsafe(String.fromCharCode(unit)), listed(unit), unit.toString(16));
  }
});

Deno.test("hasUnsafe() is false for surrogate pairs", () => {
  assert.equal(hasUnsafe("\u{1f600}\u{10ffff}"), false);
});

Deno.test("replaceUnsafe() replaces each unsafe unit and nothing else", () => {
  const text = "a\u0000\u{1f600}\ud83d\u202eb\udc00\ud800\u2028";
  assert.equal(
    replaceUnsafe(text, unicodeEscape),
    "a\\u0000\u{1f600}\\ud83d\\u202eb\\udc00\\ud800\\u2028",
  );
  assert.equal(replaceUnsafe("plain", unicodeEscape), "plain");
});
