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

Deno.test("Dedup has room for a bounded number of keys, and forgets what it told longest ago", () => {
  const dedup = new Dedup(1_000_000, 8);
  for (let key = 0; key < 9; key++) dedup.isNews(`${key}`, key);
  assert.equal(dedup.highWater, 8);
  assert.equal(dedup.isNews("8", 9), false);
  assert.equal(dedup.isNews("1", 9), false);
  assert.equal(dedup.isNews("0", 9), true);
  for (let key = 0; key < 1000; key++) dedup.isNews(`x${key}`, 10);
  assert.equal(dedup.highWater, 8);
});

Deno.test("Dedup remembers nearly all keys that it has room for", () => {
  const dedup = new Dedup(1_000_000, 4096);
  for (let key = 0; key < 512; key++) assert.equal(dedup.isNews(`key ${key}`, key), true);
  let forgotten = 0;
  for (let key = 0; key < 512; key++) if (dedup.isNews(`key ${key}`, 2000)) forgotten++;
  // The odds of nine of 512 keys for one of 512 rows of eight are below one in a thousand.
  assert.equal(forgotten, 0);
});

Deno.test("Dedup tells long keys apart that begin alike", () => {
  const dedup = new Dedup(100);
  const long = "x".repeat(100_000);
  assert.equal(dedup.isNews(`${long}1`, 0), true);
  assert.equal(dedup.isNews(`${long}2`, 0), true);
  assert.equal(dedup.isNews(`${long}1`, 0), false);
});

Deno.test("Dedup tells kinds and numbers apart that go with a text", () => {
  const dedup = new Dedup(100);
  const news = (kind: string, ...numbers: number[]) =>
    dedup.isNews("text", 0, kind, Int32Array.from(numbers));
  assert.deepEqual([news("a", 1, 2), news("a", 1, 2)], [true, false]);
  assert.deepEqual([news("b", 1, 2), news("a", 2, 1), news("a", 1)], [true, true, true]);
  assert.deepEqual([news("b", 1, 2), news("a", 2, 1), news("a", 1)], [false, false, false]);
});
