import fc from "fast-check";
import assert from "node:assert/strict";
import { CODE_POINT } from "../../tests/support/text_arbitrary.ts";
import { KeyedHash, KeyedTexts } from "./keyed_hash.ts";

function hashOf(text: string, key = Int32Array.of(1, 2)): string {
  const hash = new KeyedHash(key);
  hash.hash(text);
  return `${hash.high} ${hash.low}`;
}

Deno.test("KeyedHash gives the same for the same text and key, and something else for others", () => {
  fc.assert(
    fc.property(fc.string({ unit: CODE_POINT }), fc.string({ unit: CODE_POINT }), (a, b) => {
      assert.equal(hashOf(a), hashOf(a));
      assert.equal(hashOf(a) === hashOf(b), a === b);
      assert.notEqual(hashOf(a, Int32Array.of(1, 2)), hashOf(a, Int32Array.of(1, 3)));
      assert.notEqual(hashOf(a, Int32Array.of(1, 2)), hashOf(a, Int32Array.of(5, 2)));
    }),
  );
});

Deno.test("KeyedHash tells texts apart that differ in length or one unit only", () => {
  const texts = Array.from({ length: 200 }, (_, length) => "\0".repeat(length));
  for (let at = 0; at < 40; at++) {
    for (let bit = 0; bit < 16; bit++) {
      texts.push(`${"a".repeat(at)}${String.fromCharCode(97 ^ 1 << bit)}${"a".repeat(39 - at)}`);
    }
  }
  const hashes = new Set(texts.map((text) => hashOf(text)));
  assert.equal(hashes.size, new Set(texts).size);
});

Deno.test("KeyedHash spreads neighbouring texts evenly", () => {
  const rows = new Uint32Array(256);
  const hash = new KeyedHash();
  for (let index = 0; index < 65_536; index++) {
    hash.hash(`192.0.2.${index} 443`);
    rows[hash.low & 255]!++;
  }
  // 256 expected in each, with a standard deviation of 16.
  assert.ok(Math.max(...rows) < 256 + 8 * 16 && Math.min(...rows) > 256 - 8 * 16);
});

Deno.test("KeyedTexts gives a text the same hash again, and others by kind and by text", () => {
  const texts = new KeyedTexts();
  const first = { ...texts.hash("a", "x") };
  for (let index = 0; index < 3000; index++) texts.hash("a", `other ${index}`);
  assert.deepEqual(texts.hash("a", "x"), first, "also once it was forgotten");
  for (const [kind, text] of [["b", "x"], ["a", "y"], ["a", "x".repeat(2000)]] as const) {
    assert.notDeepEqual(texts.hash(kind, text), first);
    assert.deepEqual(texts.hash(kind, text), texts.hash(kind, text));
  }
});
