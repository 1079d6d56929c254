import assert from "node:assert/strict";
import { SqliteStore } from "../store/sqlite_store.ts";
import { Schedule } from "./schedule.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const START = 1_700_000_000_000;

/** A schedule without jitter. */
function schedule(
  { maxTargets = 100, random = (): number => 0.5, store = new SqliteStore(":memory:") } = {},
) {
  return new Schedule(store, { cooldown: DAY, probes: ["jarm", "hassh"], maxTargets, random });
}

Deno.test("Schedule has a new target due for every probe at once", async () => {
  const made = schedule();
  await made.seen("192.0.2.1", START);
  const due = await made.due(START);
  assert.deepEqual(due, [{ address: "192.0.2.1", probes: ["jarm", "hassh"] }]);
});

Deno.test("Schedule has a probe due again when the cool-down is over", async () => {
  const made = schedule();
  await made.seen("192.0.2.1", START);
  await made.done("192.0.2.1", "jarm", ["refused", "ok"], START);
  await made.done("192.0.2.1", "hassh", ["refused"], START);
  assert.deepEqual(await made.due(START + DAY - 1), []);
  assert.deepEqual((await made.due(START + DAY))[0]?.probes, ["jarm", "hassh"]);
});

Deno.test("Schedule tries sooner what said nothing, each time less soon", async () => {
  const made = schedule();
  await made.seen("192.0.2.1", START);
  await made.done("192.0.2.1", "hassh", ["ok"], START);
  const isDue = async (at: number) =>
    (await made.due(at)).some(({ probes }) => probes.includes("jarm"));
  let now = START;
  for (const wait of [15 * MINUTE, HOUR, 4 * HOUR, 16 * HOUR, DAY, DAY]) {
    await made.done("192.0.2.1", "jarm", ["timeout", "refused"], now);
    assert.equal(await isDue(now + wait - 1), false);
    now += wait;
    assert.equal(await isDue(now), true);
  }
  await made.done("192.0.2.1", "jarm", ["ok"], now);
  await made.done("192.0.2.1", "jarm", ["timeout"], now + DAY);
  assert.equal(await isDue(now + DAY + 15 * MINUTE), true);
});

Deno.test("Schedule forgets an attempt that was interrupted", async () => {
  const made = schedule();
  await made.seen("192.0.2.1", START);
  await made.done("192.0.2.1", "jarm", ["ok", "interrupted"], START);
  assert.deepEqual((await made.due(START))[0]?.probes, ["jarm", "hassh"]);
});

Deno.test("Schedule spreads its waits by a tenth to either side", async () => {
  for (const [random, wait] of [[0, 0.9 * DAY], [1, 1.1 * DAY]] as const) {
    const made = schedule({ random: () => random });
    await made.seen("192.0.2.1", START);
    for (const probe of ["jarm", "hassh"]) await made.done("192.0.2.1", probe, ["ok"], START);
    assert.deepEqual(await made.due(START + wait - 1), []);
    assert.equal((await made.due(START + wait)).length, 1);
  }
});

Deno.test("Schedule does not wait for ever after a clock that was set back", async () => {
  const made = schedule();
  await made.seen("192.0.2.1", START);
  for (const probe of ["jarm", "hassh"]) {
    await made.done("192.0.2.1", probe, ["ok"], START + 1000 * DAY);
  }
  assert.equal((await made.due(START)).length, 1);
});

Deno.test("Schedule takes those first who have waited longest", async () => {
  const made = schedule();
  await made.seen("192.0.2.2", START + 2);
  await made.seen("192.0.2.1", START + 3);
  await made.seen("192.0.2.3", START + 1);
  const order = (await made.due(START + 4)).map(({ address }) => address);
  assert.deepEqual(order, ["192.0.2.3", "192.0.2.2", "192.0.2.1"]);
});

Deno.test("Schedule.prune() forgets those that were not seen for longest", async () => {
  const made = schedule({ maxTargets: 2 });
  for (const [index, address] of ["192.0.2.1", "192.0.2.2", "192.0.2.3"].entries()) {
    await made.seen(address, START + index * DAY);
  }
  assert.equal(await made.prune(), 1);
  const left = (await made.due(START + 10 * DAY)).map(({ address }) => address);
  assert.deepEqual(left.sort(), ["192.0.2.2", "192.0.2.3"]);
});

Deno.test("Schedule goes on where another process was", async () => {
  const store = new SqliteStore(":memory:");
  const before = schedule({ store });
  await before.seen("192.0.2.1", START);
  await before.done("192.0.2.1", "jarm", ["ok"], START);
  assert.deepEqual((await schedule({ store }).due(START + 1))[0]?.probes, ["hassh"]);
});
