import assert from "node:assert/strict";
import { FailingStore } from "../../tests/support/failing_store.ts";
import { ManualClock } from "../../tests/support/manual_clock.ts";
import { SqliteStore } from "../store/sqlite_store.ts";
import { StateError } from "../store/state_store.ts";
import { GuardedStore } from "./guarded_store.ts";

const PAUSE = 1000;

function guard() {
  const inner = new FailingStore(new SqliteStore(":memory:"));
  const clock = new ManualClock();
  const told: string[] = [];
  const store = new GuardedStore(inner, {
    onFailure: (reason) => told.push(`failed: ${reason}`),
    onRecovery: () => told.push("recovered"),
    pause: PAUSE,
    clock,
  });
  return { inner, clock, told, store };
}

Deno.test("GuardedStore passes everything on to a store that works", async () => {
  const { store, told } = guard();
  assert.equal(await store.compareAndSet("a/1", 0, { x: 1 }), true);
  assert.equal(await store.compareAndSet("a/1", 0, { x: 2 }), false);
  assert.equal((await store.get("a/1"))?.revision, 1);
  assert.deepEqual((await Array.fromAsync(store.scan("a/"))).map(({ key }) => key), ["a/1"]);
  assert.deepEqual([told, store.isFailing], [[], false]);
});

Deno.test("GuardedStore leaves a store alone that has failed, and tells once", async () => {
  const { inner, clock, told, store } = guard();
  inner.fails = true;
  for (let index = 0; index < 5; index++) {
    await assert.rejects(store.get("a"), StateError);
    await assert.rejects(store.compareAndSet("a", 0, 1), StateError);
    await assert.rejects(Array.fromAsync(store.scan("a")), StateError);
  }
  assert.deepEqual([inner.reads, inner.writes], [1, 0]);
  clock.advance(PAUSE);
  await assert.rejects(store.get("a"), StateError);
  assert.equal(inner.reads, 2);
  assert.deepEqual([told, store.isFailing], [["failed: database is locked"], true]);
});

Deno.test("GuardedStore tells when a store works again", async () => {
  const { inner, clock, told, store } = guard();
  inner.fails = true;
  await assert.rejects(store.get("a"), StateError);
  inner.fails = false;
  await assert.rejects(store.get("a"), StateError);
  clock.advance(PAUSE);
  assert.equal(await store.get("a"), undefined);
  assert.deepEqual([told.at(-1), store.isFailing], ["recovered", false]);
});

Deno.test("GuardedStore does not take a file for well that can be read and not written", async () => {
  const { inner, clock, told, store } = guard();
  inner.fails = "writing";
  await assert.rejects(store.compareAndSet("a", 0, 1), StateError);
  clock.advance(PAUSE);
  assert.equal(await store.get("a"), undefined);
  assert.equal(store.isFailing, true);
  inner.fails = false;
  assert.equal(await store.compareAndSet("a", 0, 1), true);
  assert.deepEqual([told.length, store.isFailing], [2, false]);
});

Deno.test("GuardedStore passes on what is no failure of the store", async () => {
  const { store, told } = guard();
  const failing = store.scan("a");
  await failing.next();
  const error = new Error("bug");
  await assert.rejects(failing.throw(error), error);
  assert.deepEqual(told, []);
});
