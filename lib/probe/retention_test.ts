import assert from "node:assert/strict";
import { formatTimestamp } from "../event/time.ts";
import { SqliteStore } from "../store/sqlite_store.ts";
import { forgetOld } from "./retention.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = Date.parse("2026-01-02T00:00:00Z");

/** Visits and fingerprints of `count` hosts, one an hour, the last one now. */
async function storeWith(count: number, { pending = [] as string[] } = {}) {
  const store = new SqliteStore(":memory:");
  for (let age = 0; age < count; age++) {
    const at = NOW - age * HOUR;
    const last_seen = formatTimestamp(at * 1000);
    await store.compareAndSet(`visit/192.0.2.${age}`, 0, { jarm: { at, ports: "443" } });
    const state = { hash: "h", first_seen: last_seen, last_seen, hash_since: last_seen };
    const value = { ...state, rotation_count: 0, pending };
    await store.compareAndSet(`fingerprint/192.0.2.${age}/443/jarm`, 0, value);
  }
  return store;
}

const count = async (store: SqliteStore, prefix: string) =>
  (await Array.fromAsync(store.scan(prefix))).length;

Deno.test("forgetOld() forgets nothing as long as there is room", async () => {
  const store = await storeWith(10);
  assert.equal(await forgetOld(store, { now: NOW, maxEntries: 10 }), 0);
  assert.deepEqual([await count(store, "visit/"), await count(store, "fingerprint/")], [10, 10]);
});

Deno.test("forgetOld() keeps the newest of each kind", async () => {
  const store = await storeWith(10);
  assert.equal(await forgetOld(store, { now: NOW, maxEntries: 4 }), 12);
  const hosts = async (prefix: string) =>
    (await Array.fromAsync(store.scan(prefix))).map(({ key }) => key.split("/")[1]);
  const newest = ["192.0.2.0", "192.0.2.1", "192.0.2.2", "192.0.2.3"];
  assert.deepEqual([await hosts("visit/"), await hosts("fingerprint/")], [newest, newest]);
});

Deno.test("forgetOld() keeps fingerprints whose rotation is still to be told", async () => {
  const store = await storeWith(10, { pending: ["id"] });
  await forgetOld(store, { now: NOW, maxEntries: 4 });
  assert.equal(await count(store, "fingerprint/"), 10);
});

Deno.test("forgetOld() looks through the state once a day", async () => {
  const store = await storeWith(10);
  await forgetOld(store, { now: NOW, maxEntries: 10 });
  assert.equal(await forgetOld(store, { now: NOW + DAY - 1, maxEntries: 4 }), 0);
  assert.equal(await forgetOld(store, { now: NOW + DAY, maxEntries: 4 }), 12);
});

Deno.test("forgetOld() does not wait for ever after a clock that was set back", async () => {
  const store = await storeWith(10);
  await forgetOld(store, { now: NOW + 1000 * DAY, maxEntries: 10 });
  assert.equal(await forgetOld(store, { now: NOW, maxEntries: 4 }), 12);
});

Deno.test("forgetOld() touches nothing but visits and fingerprints", async () => {
  const store = new SqliteStore(":memory:");
  for (const key of ["target/192.0.2.1", "outbox/1", "cursor/probe/a"]) {
    await store.compareAndSet(key, 0, { at: 0 });
  }
  assert.equal(await forgetOld(store, { now: NOW, maxEntries: 0 }), 0);
});

Deno.test("forgetOld() takes what it cannot read for the oldest", async () => {
  const store = await storeWith(3);
  await store.compareAndSet("visit/192.0.2.7", 0, null);
  await store.compareAndSet("visit/192.0.2.8", 0, { jarm: null });
  await store.compareAndSet("fingerprint/192.0.2.7/443/jarm", 0, null);
  assert.equal(await forgetOld(store, { now: NOW, maxEntries: 3 }), 3);
});
