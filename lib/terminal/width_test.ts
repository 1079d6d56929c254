import assert from "node:assert/strict";
import fc from "fast-check";
import { stableColour } from "./stable_colour.ts";
import { columnsOf, cutToWidth, padToWidth } from "./width.ts";

Deno.test("cutToWidth() never gives more columns than there are", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), fc.nat(40), (text, columns) => {
    assert.ok(columnsOf(cutToWidth(text, columns)) <= columns);
    assert.equal(columnsOf(padToWidth(text, columns)), columns);
  }));
});

Deno.test("cutToWidth() leaves alone what fits, and cuts no character in two", () => {
  assert.equal(cutToWidth("12345", 5), "12345");
  assert.equal(cutToWidth("123456", 5), "12...");
  assert.equal(cutToWidth("\u4e2d\u6587\u4e2d\u6587", 6), "\u4e2d...");
  assert.equal(cutToWidth("abc", 2), "..");
  assert.equal(cutToWidth("abc", 0), "");
});

Deno.test("stableColour() gives a name its colour again, and neighbours different ones", () => {
  const colours = Array.from({ length: 50 }, (_, index) => stableColour(`192.0.2.${index}`, "x"));
  assert.deepEqual(colours, colours.map((_, index) => stableColour(`192.0.2.${index}`, "x")));
  assert.ok(new Set(colours).size >= 7);
});
