import assert from "node:assert/strict";
import { SqliteStore } from "./sqlite_store.ts";
import { ABSENT, type StateStore, updateState } from "./state_store.ts";

Deno.test("updateState() makes, changes and deletes", async () => {
  const store = new SqliteStore(":memory:");
  await updateState(store, "k", (value) => {
    assert.equal(value, undefined);
    return 1;
  });
  await updateState(store, "k", (value) => Number(value) + 1);
  assert.deepEqual(await store.get("k"), { key: "k", value: 2, revision: 2 });
  await updateState(store, "k", () => undefined);
  assert.equal(await store.get("k"), undefined);
});

Deno.test("updateState() leaves an absent key alone when there is nothing to store", async () => {
  const store = new SqliteStore(":memory:");
  store.compareAndSet = () => assert.fail("nothing to write");
  await updateState(store, "k", () => undefined);
});

Deno.test("updateState() applies the change anew to what another one stored in between", async () => {
  const store = new SqliteStore(":memory:");
  await store.compareAndSet("k", ABSENT, ["first"]);
  let calls = 0;
  await updateState(store, "k", (value) => {
    // Another process writes between our read and our write, once.
    if (calls++ === 0) store.compareAndSet("k", 1, ["first", "other"]);
    return [...value as string[], "ours"];
  });
  assert.equal(calls, 2);
  assert.deepEqual((await store.get("k"))?.value, ["first", "other", "ours"]);
});

Deno.test("updateState() passes the store's errors on", async () => {
  const broken = {
    get: () => Promise.reject(new Error("disk gone")),
  } as unknown as StateStore;
  await assert.rejects(updateState(broken, "k", () => 1), /disk gone/);
});
