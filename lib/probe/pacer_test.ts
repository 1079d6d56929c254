import assert from "node:assert/strict";
import fc from "fast-check";
import { ManualClock } from "../../tests/support/manual_clock.ts";
import { Pacer, Semaphore } from "./pacer.ts";

Deno.test("Pacer without a limit never makes anyone wait", () => {
  const clock = new ManualClock();
  const pacer = new Pacer(0, clock);
  for (let turn = 0; turn < 100; turn++) assert.equal(pacer.turn(), undefined);
  assert.deepEqual(clock.alarms, []);
});

Deno.test("Pacer spreads turns evenly, the first at once", () => {
  const clock = new ManualClock();
  const pacer = new Pacer(10, clock);
  assert.equal(pacer.turn(), undefined);
  for (let turn = 0; turn < 4; turn++) assert.ok(pacer.turn() instanceof Promise);
  assert.deepEqual(clock.alarms, [100, 200, 300, 400]);
});

Deno.test("Pacer saves up no turns while nobody asks", () => {
  const clock = new ManualClock();
  const pacer = new Pacer(10, clock);
  pacer.turn();
  clock.advance(5000);
  assert.equal(pacer.turn(), undefined);
  pacer.turn();
  pacer.turn();
  assert.deepEqual(clock.alarms, [5100, 5200]);
});

Deno.test("Pacer gives turns in the order of asking", async () => {
  const clock = new ManualClock();
  const pacer = new Pacer(2, clock);
  const order: number[] = [];
  const turns = [0, 1, 2].map(async (index) => {
    await pacer.turn();
    order.push(index);
  });
  clock.advance(1000);
  await Promise.all(turns);
  assert.deepEqual(order, [0, 1, 2]);
});

Deno.test("Pacer never gives more turns than its rate in any stretch of time", () => {
  const asks = fc.array(fc.nat(700), { minLength: 1, maxLength: 40 });
  fc.assert(fc.property(fc.double({ min: 0.5, max: 5000, noNaN: true }), asks, (rate, gaps) => {
    const clock = new ManualClock();
    const pacer = new Pacer(rate, clock);
    const turns: number[] = [];
    for (const gap of gaps) {
      clock.advance(gap);
      const asleep = clock.alarms.length;
      if (pacer.turn() === undefined) turns.push(clock.now());
      else turns.push(clock.alarms.at(-1)!);
      assert.ok(clock.alarms.length - asleep <= 1);
    }
    for (const [index, start] of turns.entries()) {
      for (const [later, end] of turns.slice(index).entries()) {
        // A turn less than a millisecond away is given at once.
        assert.ok(later <= (end - start + 1) * rate / 1000 + 1e-6);
      }
    }
  }));
});

Deno.test("Semaphore makes those beyond its count wait, first come first served", async () => {
  const semaphore = new Semaphore(2);
  assert.equal(semaphore.acquire(), undefined);
  assert.equal(semaphore.acquire(), undefined);
  const order: string[] = [];
  const waiting = ["a", "b"].map((name) => semaphore.acquire()!.then(() => order.push(name)));
  semaphore.release();
  semaphore.release();
  await Promise.all(waiting);
  assert.deepEqual(order, ["a", "b"]);
  semaphore.release();
  semaphore.release();
  assert.equal(semaphore.acquire(), undefined);
  assert.equal(semaphore.acquire(), undefined);
  assert.ok(semaphore.acquire() instanceof Promise);
});
