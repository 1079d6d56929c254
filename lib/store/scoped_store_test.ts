import assert from "node:assert/strict";
import { testStateStore } from "../../tests/support/store_contract.ts";
import { ScopedStore } from "./scoped_store.ts";
import { SqliteStore } from "./sqlite_store.ts";
import { ABSENT } from "./state_store.ts";

testStateStore(
  "ScopedStore",
  () => new ScopedStore(new SqliteStore(":memory:"), { own: "sensor/s/", shared: ["all/"] }),
);

Deno.test("ScopedStore keeps users apart, but for what they share", async () => {
  const inner = new SqliteStore(":memory:");
  const of = (name: string) =>
    new ScopedStore(inner, { own: `sensor/${name}/`, shared: ["fingerprint/"] });
  const [a, b] = [of("a"), of("b")];
  assert.ok(await a.compareAndSet("target/x", ABSENT, "a"));
  assert.ok(await b.compareAndSet("target/x", ABSENT, "b"));
  assert.ok(await a.compareAndSet("fingerprint/x", ABSENT, "one"));
  assert.ok(!await b.compareAndSet("fingerprint/x", ABSENT, "two"));
  assert.equal((await a.get("target/x"))?.value, "a");
  assert.equal((await b.get("fingerprint/x"))?.value, "one");
  const keys = async (store: ScopedStore, prefix: string) =>
    await Array.fromAsync(store.scan(prefix), ({ key, value }) => [key, value]);
  assert.deepEqual(await keys(b, "target/"), [["target/x", "b"]]);
  assert.deepEqual(await keys(b, "fingerprint/"), [["fingerprint/x", "one"]]);
  inner.close();
});
