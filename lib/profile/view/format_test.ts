import assert from "node:assert/strict";
import { grouped, secondsBetween, shortBytes, shortDuration, shortTime } from "./format.ts";

Deno.test("shortDuration() uses the two units that say most", () => {
  const cases: [number, string][] = [
    [0, "0 s"],
    [0.254, "0.25 s"],
    [59, "59 s"],
    [60, "1 min"],
    [3661, "1 h 1 min"],
    [90_000, "1 d 1 h"],
    [172_800, "2 d"],
    [86_400 * 5000, "5,000 d"],
    [-5, "0 s"],
    [Infinity, "?"],
    [NaN, "?"],
  ];
  for (const [seconds, text] of cases) assert.equal(shortDuration(seconds), text);
});

Deno.test("shortBytes() and grouped() stay short", () => {
  assert.deepEqual([0, 999, 1000, 4_200_000].map(shortBytes), ["0 B", "999 B", "1.0 kB", "4.2 MB"]);
  assert.equal(shortBytes(1e308).endsWith(" EB"), true);
  assert.deepEqual([0, 999, 1000, 1234567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
});

Deno.test("secondsBetween() and shortTime() read timestamps", () => {
  const [first, last] = ["2026-09-01T10:00:00.000000Z", "2026-09-01T10:00:01.500000Z"];
  assert.equal(secondsBetween(first, last), 1.5);
  assert.equal(secondsBetween(last, first), 0);
  assert.equal(secondsBetween("never", last), 0);
  assert.equal(shortTime(last), "2026-09-01 10:00:01");
});
