import assert from "node:assert/strict";
import fc from "fast-check";
import { anyText } from "../../../tests/support/text_arbitrary.ts";
import { cell, clip, flow, table, whole } from "./lines.ts";

Deno.test("table() aligns its columns, numbers to the right", () => {
  assert.deepEqual(
    table([[cell("ab"), cell(5), cell("x")], [cell("c"), cell(1234), cell("y")]], 80),
    [
      "ab     5  x",
      "c   1234  y",
    ],
  );
});

Deno.test("table() takes room from the widest column, and never from one that is to be kept", () => {
  const rows = [[whole("2026-09-01 10:00:00"), cell("a".repeat(60))]];
  assert.deepEqual(table(rows, 40), [`2026-09-01 10:00:00  ${"a".repeat(18)}\u2026`]);
});

Deno.test("table() paints what is shown and not the space around it", () => {
  const paint = (text: string) => `<${text}>`;
  assert.deepEqual(table([[cell("a", paint), cell("b")], [cell("ccc"), cell("d")]], 80), [
    "<a>    b",
    "ccc  d",
  ]);
});

Deno.test("flow() breaks lines between pieces only", () => {
  assert.deepEqual(flow(["one", "two", "three"].map((text) => cell(text)), ", ", 9), [
    "one, two,",
    "three",
  ]);
  assert.deepEqual(flow([], ", ", 9), []);
});

Deno.test("clip() tells that it cut, and halves no character", () => {
  assert.equal(clip("abcdef", 4), "abc\u2026");
  assert.equal(clip("ab\u{1f600}c", 4), "ab\u2026");
  assert.equal(clip("abc", 0), "");
});

Deno.test("table() and flow() keep to their width, whatever is in the cells", () => {
  fc.assert(fc.property(fc.array(anyText()), fc.integer({ min: 30, max: 90 }), (texts, width) => {
    const lines = [
      ...flow(texts.map((text) => cell(text)), ", ", width),
      ...table(texts.map((text) => [cell(text), cell(7), cell(text)]), width),
    ];
    for (const line of lines) assert.ok(line.length <= width, `${line.length} > ${width}`);
  }));
});
