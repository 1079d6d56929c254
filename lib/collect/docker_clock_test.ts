import assert from "node:assert/strict";
import { ClockWatch } from "./docker_clock.ts";

Deno.test("ClockWatch notices a clock that was stepped back, once, and also in small steps (F33)", () => {
  let [wall, steady] = [1_000_000, 0];
  const watch = new ClockWatch(() => wall, () => steady);
  const step = (by: number) => {
    steady += 1000;
    wall += 1000 + by;
    return watch.hasStepped();
  };
  assert.deepEqual([0, 0, 86_400_000, 0].map(step), [false, false, false, false]);
  assert.deepEqual([-3_600_000, 0, 0].map(step), [true, false, false]);
  assert.deepEqual([-900, -900, -900, 0].map(step), [false, false, true, false]);
});
