import assert from "node:assert/strict";
import { FailingStore } from "../../tests/support/failing_store.ts";
import { HostileLog } from "../../tests/support/hostile_log.ts";
import { type TempFolder, tempFolder } from "../../tests/support/temp_folder.ts";
import { SqliteStore } from "../store/sqlite_store.ts";
import { StateError, type StateStore } from "../store/state_store.ts";
import { LogFeed, type LogFeedOptions } from "./log_feed.ts";
import { Schedule } from "./schedule.ts";

const DAY = 86_400_000;

const load = (store: StateStore) =>
  Schedule.load(store, { cooldown: DAY, probes: ["jarm"], maxTargets: 1000, maxAge: 7 * DAY });

function logIn(folder: TempFolder, ...addresses: string[]): HostileLog {
  const log = new HostileLog(`${folder.path}/decnet.json`);
  log.append(addresses.map((address) => HostileLog.sighting(address)));
  return log;
}

function feedOf(log: HostileLog, store: StateStore, more: Partial<LogFeedOptions> = {}): LogFeed {
  return new LogFeed(log.path, { store, onNotice: () => {}, ...more });
}

Deno.test("LogFeed brings who is named into the schedule, and goes on behind that", async () => {
  await using folder = await tempFolder();
  const store = new SqliteStore(":memory:");
  const log = logIn(folder, "192.0.2.1", "192.0.2.2");
  const schedule = await load(store);
  const feed = feedOf(log, store);
  assert.deepEqual(await feed.read(schedule, 0), { lines: 3, events: 2, sightings: 2 });
  assert.equal(schedule.size, 2);
  assert.equal((await feed.read(schedule, 0)).lines, 0);
  log.append([HostileLog.sighting("192.0.2.3"), ...HostileLog.mentions("192.0.2.4")]);
  const again = await feedOf(log, store).read(schedule, 0);
  assert.equal(again.sightings, 1);
  assert.equal(schedule.size, 3);
});

Deno.test("LogFeed writes nothing where there was nothing to read", async () => {
  await using folder = await tempFolder();
  const store = new FailingStore(new SqliteStore(":memory:"));
  const feed = feedOf(logIn(folder, "192.0.2.1"), store);
  const schedule = await load(store);
  await feed.read(schedule, 0);
  const { writes } = store;
  for (let look = 0; look < 3; look++) await feed.read(schedule, 0);
  assert.equal(store.writes, writes);
});

Deno.test("LogFeed has its targets written before its cursor, whenever it is killed", async () => {
  await using folder = await tempFolder();
  const log = logIn(folder, "192.0.2.1", "192.0.2.2", "192.0.2.3");
  for (let writes = 0; writes < 5; writes++) {
    const inner = new SqliteStore(":memory:");
    const store = new FailingStore(inner);
    const compareAndSet = store.compareAndSet.bind(store);
    // All writes from a certain one on are lost, as those of a process that is killed.
    store.compareAndSet = (...args) => {
      if (store.writes >= writes) store.fails = "writing";
      return compareAndSet(...args);
    };
    const isCutOff = await feedOf(log, store).read(await load(store), 0)
      .then(() => false, (error) => error instanceof StateError);
    assert.equal(isCutOff, writes < 4, `${writes}`);
    const schedule = await load(inner);
    await feedOf(log, inner).read(schedule, 0);
    assert.equal(schedule.size, 3, `${writes}`);
  }
});

Deno.test("LogFeed reads again what a signal kept it from writing", async () => {
  await using folder = await tempFolder();
  const store = new SqliteStore(":memory:");
  const log = logIn(folder, "192.0.2.1");
  await feedOf(log, store, { signal: AbortSignal.abort() }).read(await load(store), 0);
  const schedule = await load(store);
  assert.equal(schedule.size, 0);
  assert.equal((await feedOf(log, store).read(schedule, 0)).sightings, 1);
});

Deno.test("LogFeed takes a damaged cursor for none", async () => {
  await using folder = await tempFolder();
  const store = new SqliteStore(":memory:");
  const log = logIn(folder, "192.0.2.1");
  await store.compareAndSet(`cursor/probe/${log.path}`, 0, { v: 1, offset: -1 });
  const schedule = await load(store);
  await feedOf(log, store).read(schedule, 0);
  assert.equal(schedule.size, 1);
});
