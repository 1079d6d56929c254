/** State in a bucket of a real hub. */
import assert from "node:assert/strict";
import { parseBusAddress } from "../../lib/bus/bus_address.ts";
import { KvStore } from "../../lib/bus/kv_store.ts";
import { ABSENT, StateError, updateState } from "../../lib/store/state_store.ts";
import { decnet } from "../support/decnet.ts";
import { startNatsHub } from "../support/nats_server.ts";
import { testNeeding } from "../support/requirements.ts";
import { testStateStore } from "../support/store_contract.ts";

let buckets = 0;

testStateStore("KvStore", async () => {
  const hub = await startNatsHub();
  const store = await KvStore.open(parseBusAddress(`${hub.url}/bucket-${buckets++}`), "test");
  return Object.assign(store, { hub });
}, {
  test: (name, fn) => testNeeding(["nats-server"], name, fn),
  done: async (store) => {
    await (store as unknown as { hub: AsyncDisposable }).hub[Symbol.asyncDispose]();
  },
});

testNeeding(["nats-server"], "KvStore lets only one of several win each revision", async () => {
  await using hub = await startNatsHub();
  const address = parseBusAddress(hub.url);
  const stores = await Promise.all([1, 2, 3].map((id) => KvStore.open(address, `test ${id}`)));
  const rounds = 20;
  await Promise.all(stores.map(async (store) => {
    for (let round = 0; round < rounds; round++) {
      await updateState(
        store,
        "fingerprint/2001:db8::1/443/jarm",
        (value) => Number(value ?? 0) + 1,
      );
    }
  }));
  const entry = await stores[0]!.get("fingerprint/2001:db8::1/443/jarm");
  assert.deepEqual(entry?.value, rounds * stores.length);
  assert.equal(entry?.revision, rounds * stores.length);
  const won = await Promise.all(stores.map((store) => store.compareAndSet("k", ABSENT, 1)));
  assert.equal(won.filter(Boolean).length, 1);
  for (const store of stores) store.close();
});

testNeeding(["nats-server"], "KvStore says StateError where there is no hub", async () => {
  const gone = parseBusAddress("nats://127.0.0.1:1");
  await assert.rejects(
    KvStore.open(gone, "test"),
    (error: unknown) =>
      error instanceof StateError && /^nats:\/\/127\.0\.0\.1:1: /.test(error.message),
  );
});

testNeeding(["nats-server"], "KvStore makes no bucket where one must exist", async () => {
  await using hub = await startNatsHub();
  const address = parseBusAddress(`${hub.url}/fleet`);
  for (let attempt = 0; attempt < 2; attempt++) {
    await assert.rejects(KvStore.open(address, "test", true), /there is no bucket fleet/);
  }
  (await KvStore.open(address, "test")).close();
  (await KvStore.open(address, "test", true)).close();
  const args = ["probe", "--history", "192.0.2.1", "--state", `${hub.url}/flete`];
  const { code, stderr } = await decnet(args);
  assert.equal(code, 1);
  assert.match(stderr, /there is no bucket flete\n/);
});
