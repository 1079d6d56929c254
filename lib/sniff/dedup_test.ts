import assert from "node:assert/strict";
import { Dedup } from "./dedup.ts";

Deno.test("Dedup tells the same once within its window of packet time", () => {
  const dedup = new Dedup(100);
  assert.equal(dedup.isNews("a", 1000), true);
  assert.equal(dedup.isNews("a", 1099), false);
  assert.equal(dedup.isNews("b", 1099), true);
  // The window begins where it was told, not where it was held back.
  assert.equal(dedup.isNews("a", 1100), true);
  assert.equal(dedup.suppressed, 1);
});

Deno.test("Dedup takes time that runs backwards as it takes time", () => {
  const dedup = new Dedup(100);
  assert.equal(dedup.isNews("a", 1000), true);
  assert.equal(dedup.isNews("a", 950), false);
  assert.equal(dedup.isNews("a", 800), true);
  assert.equal(dedup.isNews("a", 850), false);
});

Deno.test("Dedup with a window of 0 tells everything and keeps nothing", () => {
  const dedup = new Dedup(0);
  for (let index = 0; index < 3; index++) assert.equal(dedup.isNews("a", 0), true);
  assert.equal(dedup.highWater, 0);
});

Deno.test("Dedup forgets what was told first when there are too many keys", () => {
  const dedup = new Dedup(1_000_000, 3);
  for (const key of ["a", "b", "c", "d"]) dedup.isNews(key, 0);
  assert.equal(dedup.highWater, 3);
  assert.equal(dedup.isNews("d", 1), false);
  assert.equal(dedup.isNews("b", 1), false);
  assert.equal(dedup.isNews("a", 1), true);
});

Deno.test("Dedup tells long keys apart that begin alike", () => {
  const dedup = new Dedup(100);
  const long = "x".repeat(100_000);
  assert.equal(dedup.isNews(`${long}1`, 0), true);
  assert.equal(dedup.isNews(`${long}2`, 0), true);
  assert.equal(dedup.isNews(`${long}1`, 0), false);
});
