import assert from "node:assert/strict";
import { FailingStore } from "../../tests/support/failing_store.ts";
import { SqliteStore } from "../store/sqlite_store.ts";
import { type Json, StateError, type StateStore } from "../store/state_store.ts";
import type { Outcome } from "./outcome.ts";
import { Schedule, type ScheduleOptions } from "./schedule.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const START = 1_700_000_000_000;

interface Changes extends Partial<ScheduleOptions> {
  readonly store?: StateStore;
}

/** A schedule without jitter. */
function load({ store = new SqliteStore(":memory:"), ...changes }: Changes = {}) {
  return Schedule.load(store, {
    cooldown: DAY,
    probes: ["jarm", "hassh"],
    maxTargets: 100,
    maxAge: 7 * DAY,
    random: () => 0.5,
    ...changes,
  });
}

const ends = (entries: Record<string, Outcome[]>) => new Map(Object.entries(entries));
const OK = ends({ jarm: ["ok"], hassh: ["ok"] });

const addresses = (schedule: Schedule, now: number) =>
  schedule.due(now).map(({ address }) => address);

Deno.test("Schedule has a new target due for every probe at once", async () => {
  const made = await load();
  made.seen("192.0.2.1", START);
  assert.deepEqual(made.due(START), [{ address: "192.0.2.1", probes: ["jarm", "hassh"] }]);
});

Deno.test("Schedule has a probe due again when the cool-down is over", async () => {
  const made = await load();
  made.seen("192.0.2.1", START);
  made.done("192.0.2.1", ends({ jarm: ["refused", "ok"], hassh: ["refused"] }), START);
  assert.deepEqual(made.due(START + DAY - 1), []);
  assert.deepEqual(made.due(START + DAY)[0]?.probes, ["jarm", "hassh"]);
});

Deno.test("Schedule tries sooner what said nothing, each time less soon", async () => {
  const made = await load();
  made.seen("192.0.2.1", START);
  made.done("192.0.2.1", ends({ hassh: ["ok"] }), START);
  const isDue = (at: number) => made.due(at).some(({ probes }) => probes.includes("jarm"));
  let now = START;
  for (const wait of [15 * MINUTE, HOUR, 4 * HOUR, 16 * HOUR, DAY, DAY]) {
    made.done("192.0.2.1", ends({ jarm: ["timeout", "refused"] }), now);
    assert.equal(isDue(now + wait - 1), false);
    now += wait;
    assert.equal(isDue(now), true);
  }
  made.done("192.0.2.1", ends({ jarm: ["ok"] }), now);
  made.done("192.0.2.1", ends({ jarm: ["timeout"] }), now + DAY);
  assert.equal(isDue(now + DAY + 15 * MINUTE), true);
});

Deno.test("Schedule waits no longer after an error than after an answer", async () => {
  const made = await load({ cooldown: MINUTE });
  made.seen("192.0.2.1", START);
  made.done("192.0.2.1", ends({ jarm: ["timeout"], hassh: ["timeout"] }), START);
  assert.deepEqual(addresses(made, START + MINUTE), ["192.0.2.1"]);
});

Deno.test("Schedule forgets an attempt that was interrupted", async () => {
  const made = await load();
  made.seen("192.0.2.1", START);
  made.done("192.0.2.1", ends({ jarm: ["ok", "interrupted"], hassh: [] }), START);
  assert.deepEqual(made.due(START)[0]?.probes, ["jarm", "hassh"]);
});

Deno.test("Schedule spreads its waits by a tenth to either side, those of a target together", async () => {
  for (const [first, wait] of [[0, 0.9 * DAY], [1, 1.1 * DAY]] as const) {
    const randoms = [first, 0.3, 0.7];
    const made = await load({ random: () => randoms.shift()! });
    made.seen("192.0.2.1", START);
    made.done("192.0.2.1", OK, START);
    assert.deepEqual(made.due(START + wait - 1), []);
    assert.deepEqual(made.due(START + wait)[0]?.probes, ["jarm", "hassh"]);
  }
});

Deno.test("Schedule does not wait for ever after a clock that was set back", async () => {
  const made = await load();
  made.seen("192.0.2.1", START);
  made.done("192.0.2.1", OK, START + 1000 * DAY);
  assert.deepEqual(addresses(made, START), ["192.0.2.1"]);
});

Deno.test("Schedule keeps the cool-down when a clock is set back by less than a day", async () => {
  const made = await load();
  made.seen("192.0.2.1", START);
  made.done("192.0.2.1", OK, START + HOUR);
  assert.deepEqual(addresses(made, START), []);
});

Deno.test("Schedule forgets nobody over a clock that is set far ahead for a while", async () => {
  const made = await load();
  made.seen("192.0.2.1", START);
  assert.deepEqual(made.due(START + 1000 * DAY), []);
  assert.equal(made.prune(), 0);
  assert.deepEqual(addresses(made, START), ["192.0.2.1"]);
});

Deno.test("Schedule leaves alone who was not seen for long, until he is seen again", async () => {
  const made = await load();
  made.seen("192.0.2.1", START);
  assert.deepEqual(addresses(made, START + 7 * DAY), ["192.0.2.1"]);
  assert.deepEqual(addresses(made, START + 7 * DAY + 1), []);
  made.seen("192.0.2.1", START + 8 * DAY);
  assert.deepEqual(addresses(made, START + 8 * DAY), ["192.0.2.1"]);
});

Deno.test("Schedule takes those first who have waited longest", async () => {
  const made = await load();
  made.seen("192.0.2.2", START + 2);
  made.seen("192.0.2.1", START + 3);
  made.seen("192.0.2.3", START + 1);
  assert.deepEqual(addresses(made, START + 4), ["192.0.2.3", "192.0.2.2", "192.0.2.1"]);
});

Deno.test("Schedule takes newcomers and others in turn", async () => {
  const made = await load();
  for (const host of ["192.0.2.1", "192.0.2.2", "192.0.2.3"]) {
    made.seen(host, START);
    made.done(host, OK, START);
  }
  made.seen("198.51.100.1", START + DAY);
  made.seen("198.51.100.2", START + DAY);
  assert.deepEqual(addresses(made, START + 2 * DAY), [
    ...["198.51.100.1", "192.0.2.1", "198.51.100.2", "192.0.2.2", "192.0.2.3"],
  ]);
});

Deno.test("Schedule takes the second address of an IPv6 /64 after the first of everybody", async () => {
  const made = await load();
  for (let host = 1; host <= 5; host++) made.seen(`2001:db8:0:1::${host}`, START + host);
  made.seen("2001:db8:0:2::1", START + 6);
  made.seen("192.0.2.1", START + 7);
  made.seen("192.0.2.2", START + 8);
  assert.deepEqual(addresses(made, START + DAY).slice(0, 5), [
    ...["2001:db8:0:1::1", "2001:db8:0:2::1", "192.0.2.1", "192.0.2.2", "2001:db8:0:1::2"],
  ]);
});

Deno.test("Schedule.prune() forgets those that were not seen for longest", async () => {
  const store = new SqliteStore(":memory:");
  const made = await load({ store, maxTargets: 2 });
  for (const [index, address] of ["192.0.2.1", "192.0.2.2", "192.0.2.3"].entries()) {
    made.seen(address, START + index * HOUR);
  }
  await made.flush();
  assert.equal(made.prune(), 1);
  assert.deepEqual(addresses(made, START + DAY), ["192.0.2.2", "192.0.2.3"]);
  await made.flush();
  const loaded = await load({ store });
  assert.deepEqual(addresses(loaded, START + DAY), ["192.0.2.2", "192.0.2.3"]);
});

Deno.test("Schedule.prune() forgets those of one IPv6 /64 before those of others", async () => {
  const made = await load({ maxTargets: 3 });
  made.seen("192.0.2.1", START);
  made.seen("192.0.2.2", START + 1);
  for (let host = 1; host <= 3; host++) made.seen(`2001:db8::${host}`, START + DAY + host);
  assert.equal(made.prune(), 2);
  assert.deepEqual(addresses(made, START + 2 * DAY), [
    ...["192.0.2.1", "192.0.2.2", "2001:db8::3"],
  ]);
});

Deno.test("Schedule never holds twice as many targets as it may, however many a log names", async () => {
  const made = await load({ maxTargets: 10 });
  for (let host = 0; host < 1000; host++) {
    made.seen(`192.0.${host >> 8}.${host & 255}`, START + host);
    assert.ok(made.size < 20);
  }
  made.prune();
  assert.equal(made.size, 10);
  assert.equal(made.forgotten, 990);
  assert.ok(addresses(made, START + DAY).includes("192.0.3.231"));
});

Deno.test("Schedule knows a target again that it had forgotten and not yet deleted", async () => {
  const store = new SqliteStore(":memory:");
  const made = await load({ store, maxTargets: 2 });
  for (const [index, host] of ["192.0.2.1", "192.0.2.2", "192.0.2.3"].entries()) {
    made.seen(host, START + index);
  }
  await made.flush();
  assert.equal(made.prune(), 1);
  made.seen("192.0.2.1", START + 3);
  await made.flush();
  assert.equal((await load({ store })).size, 3);
});

Deno.test("Schedule goes on where another process was", async () => {
  const store = new SqliteStore(":memory:");
  const before = await load({ store });
  before.seen("192.0.2.1", START);
  before.done("192.0.2.1", ends({ jarm: ["ok"] }), START);
  assert.equal(await before.flush(), true);
  assert.deepEqual((await load({ store })).due(START + 1)[0]?.probes, ["hassh"]);
});

Deno.test("Schedule writes a sighting down once an hour, and what is done at once", async () => {
  const store = new FailingStore(new SqliteStore(":memory:"));
  const made = await load({ store });
  for (let at = START; at < START + HOUR; at += MINUTE) {
    made.seen("192.0.2.1", at);
    await made.flush();
  }
  assert.equal(store.writes, 1);
  made.seen("192.0.2.1", START + HOUR);
  await made.flush();
  assert.equal(store.writes, 2);
  made.done("192.0.2.1", OK, START + HOUR);
  await made.flush();
  await made.flush();
  assert.equal(store.writes, 3);
});

Deno.test("Schedule keeps what the store did not take, and offers it again", async () => {
  const inner = new SqliteStore(":memory:");
  const store = new FailingStore(inner);
  const made = await load({ store });
  made.seen("192.0.2.1", START);
  made.seen("192.0.2.2", START);
  store.fails = true;
  await assert.rejects(made.flush(), StateError);
  made.done("192.0.2.1", OK, START);
  await assert.rejects(made.flush(), StateError);
  assert.deepEqual(addresses(made, START), ["192.0.2.2"]);
  store.fails = false;
  assert.equal(await made.flush(), true);
  const loaded = await load({ store: inner });
  assert.deepEqual([loaded.size, addresses(loaded, START)], [2, ["192.0.2.2"]]);
});

Deno.test("Schedule.flush() ends with its signal, and the next one writes the rest", async () => {
  const store = new SqliteStore(":memory:");
  const made = await load({ store });
  made.seen("192.0.2.1", START);
  assert.equal(await made.flush(AbortSignal.abort()), false);
  assert.equal((await load({ store })).size, 0);
  assert.equal(await made.flush(), true);
  assert.equal((await load({ store })).size, 1);
});

Deno.test("Schedule.flush() loses nothing that changes while it writes", async () => {
  const store = new SqliteStore(":memory:");
  const made = await load({ store, maxTargets: 1000 });
  for (let host = 0; host < 200; host++) made.seen(`192.0.2.${host}`, START);
  const flushes = [];
  for (let host = 0; host < 200; host++) {
    flushes.push(made.flush());
    made.done(`192.0.2.${host}`, OK, START);
  }
  await Promise.all(flushes);
  await made.flush();
  assert.deepEqual((await load({ store, maxTargets: 1000 })).due(START + 1), []);
});

Deno.test("Schedule wins over who changed its entry in the meantime", async () => {
  const store = new SqliteStore(":memory:");
  const [a, b] = [await load({ store }), await load({ store })];
  a.seen("192.0.2.1", START);
  await a.flush();
  b.seen("192.0.2.1", START + 1);
  await b.flush();
  a.done("192.0.2.1", OK, START);
  await a.flush();
  assert.deepEqual(addresses(await load({ store }), START), []);
});

Deno.test("Schedule takes damaged entries for targets that were never seen", async () => {
  const store = new SqliteStore(":memory:");
  const values: Json[] = [
    ...[null, 7, "x", [], {}],
    { first: "a", last: null, probes: [] },
    { first: START, last: START, probes: { jarm: null, hassh: { due: "x", misses: 0 } } },
  ];
  for (const [index, value] of values.entries()) {
    await store.compareAndSet(`target/192.0.2.${index}`, 0, value);
  }
  const made = await load({ store });
  assert.equal(made.size, values.length);
  assert.deepEqual(made.due(START + 1), [{ address: "192.0.2.6", probes: ["jarm", "hassh"] }]);
});
