import assert from "node:assert/strict";
import { ManualClock } from "../../tests/support/manual_clock.ts";
import { settled } from "../../tests/support/fake_stream.ts";
import { HostGates } from "./host_gates.ts";

/** Enters and leaves as soon as it may, and notes when that was. */
async function knock(gates: HostGates, host: string, times: number[], clock: ManualClock) {
  await gates.enter(host);
  times.push(clock.now());
  gates.leave(host, true);
}

async function pass(clock: ManualClock, milliseconds: number): Promise<void> {
  for (const end = clock.now() + milliseconds; clock.now() < end; clock.advance(50)) {
    await settled();
  }
  await settled();
}

Deno.test("HostGates lets one pass at a time for each host, the first at once", async () => {
  const clock = new ManualClock();
  const gates = new HostGates(1, clock);
  const [a, b]: [number[], number[]] = [[], []];
  for (let index = 0; index < 3; index++) knock(gates, "a", a, clock);
  for (let index = 0; index < 2; index++) knock(gates, "b", b, clock);
  await pass(clock, 3000);
  assert.deepEqual([a, b], [[0, 1000, 2000], [0, 1000]]);
});

Deno.test("HostGates counts from when the one before has left, however long he was held up", async () => {
  const clock = new ManualClock();
  const gates = new HostGates(1, clock);
  assert.equal(gates.enter("a"), undefined);
  const times: number[] = [];
  knock(gates, "a", times, clock);
  knock(gates, "a", times, clock);
  await pass(clock, 5000);
  assert.deepEqual(times, []);
  gates.leave("a", true);
  await pass(clock, 2000);
  assert.deepEqual(times, [6000, 7000]);
});

Deno.test("HostGates leaves no gap behind who has not knocked", async () => {
  const clock = new ManualClock();
  const gates = new HostGates(1, clock);
  assert.equal(gates.enter("a"), undefined);
  const entered = gates.enter("a");
  gates.leave("a", false);
  await entered;
  gates.leave("a", true);
  clock.advance(999);
  assert.ok(gates.enter("a") instanceof Promise);
  assert.deepEqual(clock.alarms, [1000]);
});

Deno.test("HostGates saves up no turns while nobody asks", async () => {
  const clock = new ManualClock();
  const gates = new HostGates(1, clock);
  const times: number[] = [];
  await knock(gates, "a", times, clock);
  clock.advance(10_000);
  knock(gates, "a", times, clock);
  knock(gates, "a", times, clock);
  await pass(clock, 1000);
  assert.deepEqual(times, [0, 10_000, 11_000]);
});

Deno.test("HostGates without a limit remembers nobody", () => {
  const gates = new HostGates(0, new ManualClock());
  assert.equal(gates.enter("a"), undefined);
  assert.equal(gates.enter("a"), undefined);
  gates.leave("a", true);
  assert.equal(gates.size, 0);
});

Deno.test("HostGates forgets hosts that have long had their turn, and none that is taken", () => {
  const clock = new ManualClock();
  const gates = new HostGates(1, clock);
  assert.equal(gates.enter("taken"), undefined);
  for (let host = 0; host < 20_000; host++) {
    gates.enter(`${host}`);
    gates.leave(`${host}`, true);
    clock.advance(1);
  }
  assert.ok(gates.size < 6000, `${gates.size}`);
  assert.ok(gates.enter("taken") instanceof Promise);
});
