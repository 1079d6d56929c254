import assert from "node:assert/strict";
import { MAX_TIMER_MS, REAL_CLOCK } from "./clock.ts";

Deno.test("MAX_TIMER_MS is the longest time that a timer does not cut short", async () => {
  let fired = false;
  const timer = setTimeout(() => fired = true, MAX_TIMER_MS);
  await REAL_CLOCK.sleep(5);
  clearTimeout(timer);
  assert.equal(fired, false);
});
