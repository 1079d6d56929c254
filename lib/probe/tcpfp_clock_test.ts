import assert from "node:assert/strict";
import { type TimestampClock, timestampClock } from "./tcpfp_clock.ts";

/** Samples of a clock every 100 ms, the arrival a little late each time. */
function ticking(hz: number, start: number, count = 4, late = [0, 900, 300, 700]) {
  return Array.from({ length: count }, (_, index) => ({
    value: (start + Math.floor(hz * index / 10)) % 2 ** 32,
    micros: 1_700_000_000_000_000 + index * 100_000 + late[index % late.length]!,
  }));
}

Deno.test("timestampClock() tells rate and uptime of a clock that starts with the host", () => {
  const cases: readonly (readonly [hz: number, start: number, uptimeSeconds: number])[] = [
    [100, 8_640_000, 86_400],
    [250, 2500, 10],
    [300, 300_000, 1000],
    [200, 0x7fffffff, 10_737_418],
  ];
  for (const [hz, start, uptimeSeconds] of cases) {
    const expected: TimestampClock = { kind: "steady", hz, uptimeSeconds };
    assert.deepEqual(timestampClock(ticking(hz, start)), expected);
  }
});

Deno.test("timestampClock() claims no uptime of a clock that starts at random", () => {
  assert.deepEqual(timestampClock(ticking(1000, 123_456_789)), { kind: "steady", hz: 1000 });
  assert.deepEqual(timestampClock(ticking(1000, 2 ** 32 - 150)), { kind: "steady", hz: 1000 });
});

Deno.test("timestampClock() sees that each connection has a clock of its own", () => {
  const micros = (index: number) => 1_700_000_000_000_000 + index * 100_000;
  for (const values of [[5, 4, 3, 2], [10, 4_000_000_000, 17, 5], [1, 2, 3, 1_000_000]]) {
    const samples = values.map((value, index) => ({ value, micros: micros(index) }));
    assert.deepEqual(timestampClock(samples), { kind: "random" });
  }
});

Deno.test("timestampClock() says when it cannot say", () => {
  assert.deepEqual(timestampClock([]), { kind: "none" });
  assert.deepEqual(timestampClock(ticking(1000, 5, 1)), { kind: "unknown" });
  assert.deepEqual(timestampClock(ticking(0, 0, 1)), { kind: "unknown" });
  assert.deepEqual(timestampClock(ticking(0, 0)), { kind: "zero" });
  assert.deepEqual(timestampClock(ticking(0, 77)), { kind: "unknown" });
  // Two ticks a second are half a tick in 300 ms.
  assert.deepEqual(timestampClock(ticking(2, 1000)), { kind: "unknown" });
  // No stack is known to count so.
  assert.deepEqual(timestampClock(ticking(700, 1000)), { kind: "unknown" });
  // Out of order.
  assert.deepEqual(timestampClock(ticking(100, 1000).reverse()), { kind: "unknown" });
  const [sample] = ticking(100, 1000);
  assert.deepEqual(timestampClock([sample!, sample!]), { kind: "unknown" });
});
