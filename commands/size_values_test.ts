import assert from "node:assert/strict";
import { parseSize, sizeBetween } from "./size_values.ts";

Deno.test("parseSize() reads bytes, and binary multiples in the ways people write them", () => {
  const cases: [string, number][] = [
    ["0", 0],
    ["1000", 1000],
    ["512K", 524_288],
    ["512kb", 524_288],
    ["1.5MiB", 1_572_864],
    ["2G", 2_147_483_648],
    ["1T", 1_099_511_627_776],
    ["7B", 7],
  ];
  for (const [text, size] of cases) assert.equal(parseSize(text), size, text);
  for (const text of ["", "M", "-1", "1 M", "1X", "1e9", "1KiBs", "0x10"]) {
    assert.throws(() => parseSize(text), RangeError, text);
  }
});

Deno.test("sizeBetween() refuses what is too small or too large", () => {
  const parse = sizeBetween(1024, 2048);
  assert.deepEqual(["1K", "2K"].map(parse), [1024, 2048]);
  for (const text of ["1023", "2049"]) assert.throws(() => parse(text), /from 1024 to 2048/);
});
