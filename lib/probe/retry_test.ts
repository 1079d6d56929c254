import assert from "node:assert/strict";
import { type Outcome, OUTCOMES } from "./outcome.ts";
import { isConclusive, waitAfter } from "./retry.ts";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

Deno.test("isConclusive() is true where a port answered, or all said that there is nothing", () => {
  assert.equal(isConclusive(["timeout", "ok", "unreachable"]), true);
  assert.equal(isConclusive(["refused", "not_tls", "silent", "handshake_error"]), true);
  assert.equal(isConclusive(["refused", "timeout"]), false);
});

Deno.test("isConclusive() is false for each end that may be different next time", () => {
  const ends = Object.keys(OUTCOMES) as Outcome[];
  assert.deepEqual(ends.filter((outcome) => !isConclusive([outcome])).sort(), [
    ...["closed", "denied", "local_error", "timeout", "unreachable"],
  ]);
});

Deno.test("waitAfter() grows with each miss up to the cool-down, however many there are", () => {
  const waits = [1, 2, 3, 4, 5, 1e6].map((misses) => waitAfter(misses, DAY) / MINUTE);
  assert.deepEqual(waits, [15, 60, 240, 960, 1440, 1440]);
  assert.deepEqual([waitAfter(0, DAY), waitAfter(1, MINUTE)], [DAY, MINUTE]);
});
