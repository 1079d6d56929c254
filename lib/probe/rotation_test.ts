import assert from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import { tempFolder } from "../../tests/support/temp_folder.ts";
import type { Event } from "../event/event.ts";
import { SqliteStore } from "../store/sqlite_store.ts";
import type { Json, StateStore } from "../store/state_store.ts";
import { type Rotation, Rotations, type RotationSink, type Sighting } from "./rotation.ts";

/** Longer than any lease. */
const LONG_MS = 60_000;

function time(second: number): string {
  return new Date(Date.UTC(2025, 0, 1, 0, 0, second)).toISOString().replace("Z", "000Z");
}

function sighting(hash: string, second: number, changes: Partial<Sighting> = {}): Sighting {
  return {
    address: "192.0.2.7",
    name: "",
    port: 443,
    probe: "jarm",
    hash,
    at: time(second),
    ...changes,
  };
}

/** A rotation event that still knows its rotation. */
interface RotationEvent extends Event {
  readonly rotation: Rotation;
}

/** The output: keeps what is delivered, in order, and knows truthfully what was. */
class Output implements RotationSink {
  readonly delivered: RotationEvent[] = [];
  #made = 0;

  toEvent(rotation: Rotation): Event {
    const event: RotationEvent = {
      timestamp: rotation.sighting.at,
      event_id: `event-${this.#made++}`,
      schema: 1,
      sensor: "s",
      decky: "d",
      service: "prober",
      event_type: "fingerprint_rotated",
      attacker_ip: rotation.sighting.address,
      fields: {},
      rotation,
    };
    return event;
  }

  deliver(event: Event): void {
    this.delivered.push(event as RotationEvent);
  }

  wasDelivered(event: Event): boolean {
    return this.delivered.some(({ event_id }) => event_id === event.event_id);
  }

  get changes(): string[] {
    return this.delivered.map(({ rotation }) => `${rotation.oldHash} -> ${rotation.sighting.hash}`);
  }
}

async function entries(store: StateStore, prefix = ""): Promise<Record<string, Json>> {
  const all: Record<string, Json> = {};
  for await (const { key, value } of store.scan(prefix)) all[key] = value;
  return all;
}

/** Asserts that a key is at rest: no event pending, no note left. */
async function assertAtRest(store: StateStore, key: string, expected: Record<string, Json>) {
  const { [key]: state, ...rest } = await entries(store);
  assert.deepEqual(rest, {});
  assert.ok(typeof state === "object" && state !== null);
  assert.deepEqual({ ...state, ...expected, pending: [] }, state);
}

const KEY = "fingerprint/192.0.2.7/443/jarm";

Deno.test("Rotations.record() remembers the first hash, and tells nobody", async () => {
  const store = new SqliteStore(":memory:");
  const output = new Output();
  const rotations = new Rotations(store, output);
  assert.deepEqual(await rotations.record(sighting("A", 1)), { outcome: "first_sighting" });
  assert.deepEqual(output.delivered, []);
  assert.deepEqual(await entries(store), {
    [KEY]: {
      hash: "A",
      first_seen: time(1),
      last_seen: time(1),
      hash_since: time(1),
      rotation_count: 0,
      pending: [],
    },
  });
});

Deno.test("Rotations.record() takes an unchanged hash for a later sighting only", async () => {
  const store = new SqliteStore(":memory:");
  const output = new Output();
  const rotations = new Rotations(store, output);
  await rotations.record(sighting("A", 1));
  assert.deepEqual(await rotations.record(sighting("A", 5)), { outcome: "unchanged" });
  assert.deepEqual(await rotations.record(sighting("A", 5)), { outcome: "unchanged" });
  await assertAtRest(store, KEY, { first_seen: time(1), last_seen: time(5), hash_since: time(1) });
  assert.deepEqual(output.delivered, []);
});

Deno.test("Rotations.record() delivers each change once, with what was before it", async () => {
  const store = new SqliteStore(":memory:");
  const output = new Output();
  const rotations = new Rotations(store, output);
  await rotations.record(sighting("A", 1));
  await rotations.record(sighting("A", 2));
  const result = await rotations.record(sighting("B", 3));
  const rotation = {
    sighting: sighting("B", 3),
    oldHash: "A",
    oldFirstSeen: time(1),
    oldLastSeen: time(2),
    count: 1,
  };
  assert.deepEqual(result, { outcome: "rotated", rotation });
  assert.deepEqual(output.delivered.map((event) => event.rotation), [rotation]);
  await assertAtRest(store, KEY, {
    hash: "B",
    first_seen: time(1),
    last_seen: time(3),
    hash_since: time(3),
    rotation_count: 1,
  });

  await rotations.record(sighting("B", 4));
  await rotations.record(sighting("A", 5));
  assert.deepEqual(output.changes, ["A -> B", "B -> A"]);
  const last = output.delivered[1]!.rotation;
  assert.deepEqual([last.oldFirstSeen, last.oldLastSeen, last.count], [time(3), time(4), 2]);
});

Deno.test("Rotations.record() keeps addresses, names, ports and probes apart", async () => {
  const store = new SqliteStore(":memory:");
  const output = new Output();
  const rotations = new Rotations(store, output);
  const others = [
    {},
    { address: "192.0.2.70" },
    { address: "2001:db8::1" },
    { port: 8443 },
    { probe: "tlscert" },
    { name: "a.example" },
    { name: "b.example" },
  ];
  for (const [index, other] of others.entries()) {
    const { outcome } = await rotations.record(sighting(`hash ${index}`, 1, other));
    assert.equal(outcome, "first_sighting", JSON.stringify(other));
  }
  assert.equal(Object.keys(await entries(store, "fingerprint/")).length, others.length);
  assert.deepEqual(output.delivered, []);
});

Deno.test("Rotations.record() does not let an older sighting undo a later one", async () => {
  const store = new SqliteStore(":memory:");
  const output = new Output();
  const rotations = new Rotations(store, output);
  await rotations.record(sighting("A", 10));
  assert.deepEqual(await rotations.record(sighting("B", 9)), { outcome: "out_of_date" });
  assert.deepEqual(await rotations.record(sighting("A", 9)), { outcome: "unchanged" });
  await assertAtRest(store, KEY, { hash: "A", last_seen: time(10), rotation_count: 0 });
  assert.deepEqual(output.delivered, []);
  assert.equal((await rotations.record(sighting("B", 10))).outcome, "rotated");
});

Deno.test("Rotations.recover() has nothing to do where all is well", async () => {
  const rotations = new Rotations(new SqliteStore(":memory:"), new Output());
  assert.equal(await rotations.recover(), 0);
  await rotations.record(sighting("A", 1));
  await rotations.record(sighting("B", 2));
  assert.equal(await rotations.recover(), 0);
});

/** Stands for the end of a process, and of everything that it would still have done. */
class Crash extends Error {}

/** When, counted over store and output, a process ends or is hit by a passing fault. */
interface Fault {
  readonly step: number;
  /** True when the step has had its effect by then. */
  readonly afterEffect: boolean;
  /** True when the process is at an end; false when only this step fails. */
  readonly fatal: boolean;
}

/** Runs `body` as a process over store and output; false when the fault lay beyond its end. */
async function faulty(
  store: StateStore,
  output: Output,
  now: () => number,
  fault: Fault,
  body: (rotations: Rotations) => Promise<unknown>,
): Promise<boolean> {
  let steps = 0;
  const step = async <T>(action: () => Promise<T> | T): Promise<T> => {
    steps++;
    if (steps > fault.step && fault.fatal) throw new Crash();
    if (steps !== fault.step) return await action();
    if (fault.afterEffect) await action();
    throw new Crash();
  };
  const failingStore: StateStore = {
    get: (key) => step(() => store.get(key)),
    compareAndSet: (key, expected, value) => step(() => store.compareAndSet(key, expected, value)),
    async *scan(prefix) {
      await step(() => {});
      yield* store.scan(prefix);
    },
    close: () => {},
  };
  const failingOutput: RotationSink = {
    toEvent: (rotation) => output.toEvent(rotation),
    deliver: (event) => step(() => output.deliver(event)),
    wasDelivered: (event) => output.wasDelivered(event),
  };
  try {
    await body(new Rotations(failingStore, failingOutput, now));
  } catch (error) {
    if (!(error instanceof Crash)) throw error;
  }
  return steps >= fault.step;
}

function* faults(): Generator<Omit<Fault, "step">> {
  for (const fatal of [true, false]) {
    for (const afterEffect of [true, false]) yield { fatal, afterEffect };
  }
}

Deno.test("Rotations emits a rotation exactly once, whichever step its process ends at or fails in", async () => {
  for (const kind of faults()) {
    let hit = true;
    let step = 1;
    for (; hit; step++) {
      const store = new SqliteStore(":memory:");
      const output = new Output();
      let now = 0;
      await new Rotations(store, output, () => now).record(sighting("A", 1));
      hit = await faulty(store, output, () => now, { ...kind, step }, async (rotations) => {
        await rotations.record(sighting("B", 2));
      });
      now += LONG_MS;
      const next = new Rotations(store, output, () => now);
      assert.equal(await next.recover(), 0);
      await next.record(sighting("B", 3));
      const where = `${JSON.stringify(kind)} step ${step}`;
      assert.deepEqual(output.changes, ["A -> B"], where);
      await assertAtRest(store, KEY, { hash: "B", last_seen: time(3), rotation_count: 1 });
      store.close();
    }
    // Read, note, come into force, claim, write, strike (read and write), discard (the same).
    assert.ok(step > 8, `${step} steps`);
  }
});

Deno.test("Rotations emits a rotation exactly once though the one who recovers ends at any step too", async () => {
  for (const first of faults()) {
    for (const second of faults()) {
      for (let firstStep = 1; firstStep <= 9; firstStep++) {
        let hit = true;
        for (let secondStep = 1; hit; secondStep++) {
          const store = new SqliteStore(":memory:");
          const output = new Output();
          let now = 0;
          const clock = () => now;
          await new Rotations(store, output, clock).record(sighting("A", 1));
          await faulty(
            store,
            output,
            clock,
            { ...first, step: firstStep },
            async (rotations) => void await rotations.record(sighting("B", 2)),
          );
          now += LONG_MS;
          hit = await faulty(
            store,
            output,
            clock,
            { ...second, step: secondStep },
            (rotations) => rotations.recover(),
          );
          now += LONG_MS;
          const last = new Rotations(store, output, clock);
          assert.equal(await last.recover(), 0);
          await last.record(sighting("B", 3));
          assert.deepEqual(output.changes, ["A -> B"], `steps ${firstStep} and ${secondStep}`);
          await assertAtRest(store, KEY, { hash: "B", rotation_count: 1 });
          store.close();
        }
      }
    }
  }
});

/** Leaves the note of a rotation that came into force and was not written; the lease starts at 0. */
async function abandoned(store: StateStore, output: Output): Promise<void> {
  await new Rotations(store, output, () => 0).record(sighting("A", 1));
  const fault = { step: 4, afterEffect: false, fatal: true };
  await faulty(store, output, () => 0, fault, async (rotations) => {
    await rotations.record(sighting("B", 2));
  });
}

Deno.test("Rotations.recover() leaves a note to its process until the lease has run out", async () => {
  const store = new SqliteStore(":memory:");
  const output = new Output();
  await abandoned(store, output);
  let now = 1;
  const rotations = new Rotations(store, output, () => now);
  const wait = await rotations.recover();
  assert.equal(wait, 1999);
  assert.deepEqual(output.changes, []);
  now += wait;
  assert.equal(await rotations.recover(), 0);
  assert.deepEqual(output.changes, ["A -> B"]);
});

Deno.test("Rotations.recover() does not wait for a lease that a clock in the future has written", async () => {
  const store = new SqliteStore(":memory:");
  const output = new Output();
  await abandoned(store, output);
  assert.equal(await new Rotations(store, output, () => -LONG_MS).recover(), 0);
  assert.deepEqual(output.changes, ["A -> B"]);
});

Deno.test("Rotations.recover() does not write again what is in the output already", async () => {
  const store = new SqliteStore(":memory:");
  const output = new Output();
  await new Rotations(store, output, () => 0).record(sighting("A", 1));
  let deliveries = 0;
  const dying: RotationSink = {
    toEvent: (rotation) => output.toEvent(rotation),
    deliver: (event) => {
      output.deliver(event);
      deliveries++;
      throw new Crash();
    },
    wasDelivered: (event) => output.wasDelivered(event),
  };
  await assert.rejects(
    new Rotations(store, dying, () => 0).record(sighting("B", 2)),
    Crash,
  );
  assert.equal(await new Rotations(store, dying, () => LONG_MS).recover(), 0);
  assert.equal(deliveries, 1);
  await assertAtRest(store, KEY, { rotation_count: 1 });
});

Deno.test("Rotations keeps a rotation whose delivery failed, and recover() delivers it", async () => {
  const store = new SqliteStore(":memory:");
  const output = new Output();
  const full: RotationSink = {
    toEvent: (rotation) => output.toEvent(rotation),
    deliver: () => Promise.reject(new Error("disk full")),
    wasDelivered: () => false,
  };
  await new Rotations(store, output, () => 0).record(sighting("A", 1));
  const failing = new Rotations(store, full, () => 0);
  await assert.rejects(failing.record(sighting("B", 2)), /disk full/);
  // Later changes do not depend on it.
  await new Rotations(store, output, () => 0).record(sighting("C", 3));
  assert.deepEqual(output.changes, ["B -> C"]);
  await new Rotations(store, output, () => LONG_MS).recover();
  assert.deepEqual(output.changes, ["B -> C", "A -> B"]);
  await assertAtRest(store, KEY, { hash: "C", rotation_count: 2 });
});

/** A store whose `stop`th operation waits for `goOn`, and the promise that it is that far. */
function stalling(store: StateStore, stop: number) {
  const stalled = Promise.withResolvers<void>();
  const resumed = Promise.withResolvers<void>();
  let steps = 0;
  const step = async () => {
    if (++steps !== stop) return;
    stalled.resolve();
    await resumed.promise;
  };
  const slow: StateStore = {
    async get(key) {
      await step();
      return await store.get(key);
    },
    async compareAndSet(key, expected, value) {
      await step();
      return await store.compareAndSet(key, expected, value);
    },
    async *scan(prefix) {
      await step();
      yield* store.scan(prefix);
    },
    close: () => {},
  };
  return { store: slow, stalled: stalled.promise, goOn: resumed.resolve };
}

Deno.test("Rotations emits a rotation exactly once though its process stalls, and the one who takes over too", async () => {
  for (let firstStop = 1; firstStop <= 10; firstStop++) {
    for (let secondStop = 1; secondStop <= 9; secondStop++) {
      const store = new SqliteStore(":memory:");
      const output = new Output();
      let now = 0;
      const clock = () => now;
      await new Rotations(store, output, clock).record(sighting("A", 1));

      const first = stalling(store, firstStop);
      const recording = new Rotations(first.store, output, clock).record(sighting("B", 2));
      await Promise.race([first.stalled, recording]);
      now += LONG_MS;
      const second = stalling(store, secondStop);
      const recovering = new Rotations(second.store, output, clock).recover();
      await Promise.race([second.stalled, recovering]);
      first.goOn();
      const { outcome } = await recording;
      second.goOn();
      await recovering;
      now += LONG_MS;
      await new Rotations(store, output, clock).recover();

      const where = `stalled at steps ${firstStop} and ${secondStop}`;
      assert.equal(outcome, "rotated", where);
      assert.deepEqual(output.changes, ["A -> B"], where);
      await assertAtRest(store, KEY, { hash: "B", rotation_count: 1 });
      store.close();
    }
  }
});

/** A store whose every operation waits until the scheduler lets it go on. */
function scheduled(store: StateStore, scheduler: fc.Scheduler): StateStore {
  const turn = () => scheduler.schedule(Promise.resolve());
  return {
    async get(key) {
      await turn();
      return await store.get(key);
    },
    async compareAndSet(key, expected, value) {
      await turn();
      return await store.compareAndSet(key, expected, value);
    },
    async *scan(prefix) {
      await turn();
      yield* store.scan(prefix);
    },
    close: () => {},
  };
}

Deno.test("Rotations of several processes over one file count and emit each rotation once, however their steps interleave", async () => {
  await using folder = await tempFolder();
  const path = join(folder.path, "state.db");
  const stores = [new SqliteStore(path), new SqliteStore(path), new SqliteStore(path)];
  let run = 0;
  const step = fc.oneof(
    { weight: 3, arbitrary: fc.record({ hash: fc.constantFrom("A", "B", "C"), at: fc.nat(9) }) },
    { weight: 1, arbitrary: fc.constant("recover" as const) },
  );
  const process = fc.array(step, { minLength: 1, maxLength: 4 });
  try {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(process, { minLength: 2, maxLength: 3 }),
        // Time that passes between two steps of anyone: often none, now and then more than a lease.
        fc.array(fc.constantFrom(0, 500, 3000), { maxLength: 12 }),
        async (scheduler, processes, pauses) => {
          const address = `192.0.2.7 in run ${run++}`;
          const output = new Output();
          let now = 0;
          const clock = async () => {
            for (const pause of pauses) {
              await scheduler.schedule(Promise.resolve());
              now += pause;
            }
          };
          const runProcess = async (steps: typeof processes[number], store: StateStore) => {
            const rotations = new Rotations(scheduled(store, scheduler), output, () => now);
            for (const each of steps) {
              if (each === "recover") await rotations.recover();
              else await rotations.record(sighting(each.hash, each.at, { address }));
            }
          };
          const running = processes.map((steps, index) => runProcess(steps, stores[index]!));
          await scheduler.waitFor(Promise.all([...running, clock()]));
          now += LONG_MS;
          assert.equal(await new Rotations(stores[0]!, output, () => now).recover(), 0);

          assert.deepEqual(await entries(stores[0]!, "outbox/"), {});
          const key = `fingerprint/${address}/443/jarm`;
          const state = (await stores[0]!.get(key))?.value as Record<string, Json> | undefined;
          if (state === undefined) return assert.deepEqual(output.delivered, []);
          assert.deepEqual(state["pending"], []);
          // The events form one chain that ends in the state.
          const chain = output.delivered.map(({ rotation }) => rotation)
            .sort((a, b) => a.count - b.count);
          assert.deepEqual(chain.map(({ count }) => count), chain.map((_, index) => index + 1));
          assert.equal(state["rotation_count"], chain.length);
          for (const [index, { oldHash, sighting: { hash } }] of chain.entries()) {
            assert.notEqual(oldHash, hash);
            assert.equal(chain[index + 1]?.oldHash ?? state["hash"], hash);
          }
        },
      ),
      { numRuns: 200 },
    );
  } finally {
    for (const store of stores) store.close();
  }
});
