/** What every StateStore promises, as tests for whichever is at hand. */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  ABSENT,
  type Json,
  type StateEntry,
  type StateStore,
} from "../../lib/store/state_store.ts";

/** How the tests are told to run. */
export interface StoreContractOptions {
  /** Registers a test. @default Deno.test */
  readonly test?: (name: string, fn: () => Promise<void>) => void;
  /** Called with each store once its test is through. */
  readonly done?: (store: StateStore) => Promise<void>;
}

async function keysOf(store: StateStore, prefix: string): Promise<string[]> {
  return await Array.fromAsync(store.scan(prefix), ({ key }) => key);
}

/** Tests of a kind of store. @param make opens an empty one, which its test closes */
export function testStateStore(
  name: string,
  make: () => StateStore | Promise<StateStore>,
  { test = Deno.test, done }: StoreContractOptions = {},
): void {
  const open = async () => {
    const store = await make();
    return Object.assign(store, {
      async [Symbol.asyncDispose]() {
        store.close();
        await done?.(store);
      },
    });
  };

  test(`${name}.compareAndSet() makes a key that must not exist, once`, async () => {
    await using store = await open();
    assert.equal(await store.get("k"), undefined);
    assert.equal(await store.compareAndSet("k", ABSENT, "first"), true);
    assert.equal(await store.compareAndSet("k", ABSENT, "second"), false);
    assert.deepEqual(await store.get("k"), { key: "k", value: "first", revision: 1 });
  });

  test(`${name}.compareAndSet() changes a key at the expected revision only`, async () => {
    await using store = await open();
    await store.compareAndSet("k", ABSENT, 1);
    assert.equal(await store.compareAndSet("k", 1, 2), true);
    for (const stale of [1, 3, -1]) assert.equal(await store.compareAndSet("k", stale, 3), false);
    assert.deepEqual(await store.get("k"), { key: "k", value: 2, revision: 2 });
    assert.equal(await store.compareAndSet("other", 1, 1), false);
    assert.equal(await store.get("other"), undefined);
  });

  test(`${name}.compareAndSet() deletes a key at the expected revision only`, async () => {
    await using store = await open();
    await store.compareAndSet("k", ABSENT, 1);
    for (const wrong of [ABSENT, 2]) {
      assert.equal(await store.compareAndSet("k", wrong, undefined), false);
    }
    assert.equal(await store.compareAndSet("k", 1, undefined), true);
    assert.equal(await store.get("k"), undefined);
    assert.equal(await store.compareAndSet("k", 1, undefined), false);
    assert.equal(await store.compareAndSet("k", ABSENT, "again"), true);
  });

  test(`${name} gives back any JSON under any printable key`, async () => {
    await using store = await open();
    let run = 0;
    const json = fc.jsonValue({ maxDepth: 2 }).map((value) =>
      JSON.parse(JSON.stringify(value)) as Json
    );
    await fc.assert(fc.asyncProperty(fc.string(), json, async (name, value) => {
      const key = `${run++}/${name}`;
      assert.equal(await store.compareAndSet(key, ABSENT, value), true);
      assert.deepEqual(await store.get(key), { key, value, revision: 1 });
      assert.deepEqual(await keysOf(store, `${run - 1}/`), [key]);
    }));
  });

  test(`${name}.scan() gives all of more than 1000 entries in order, each once`, async () => {
    await using store = await open();
    const keys = Array.from(
      { length: 1234 },
      (_, index) => `many/${String(index).padStart(4, "0")}`,
    );
    for (const key of keys.toReversed()) await store.compareAndSet(key, ABSENT, key.length);
    assert.deepEqual(await keysOf(store, "many/"), keys);
    // Exactly one page, and one entry more.
    assert.equal((await keysOf(store, "many/0")).length, 1000);
    assert.equal((await keysOf(store, "many/00")).length, 100);
    const entries: StateEntry[] = await Array.fromAsync(store.scan("many/1233"));
    assert.deepEqual(entries, [{ key: "many/1233", value: 9, revision: 1 }]);
  });

  test(`${name}.scan() ends at the borders of the prefix`, async () => {
    await using store = await open();
    const inside = ["a/", "a/b", "a/b/c", "a/\u{10fffe}", "a/~", "a/\u00ff"];
    const outside = ["a", "a.", "a0", "A/b", "b/", "", "aa/b", "a\u{10ffff}"];
    for (const key of [...inside, ...outside]) await store.compareAndSet(key, ABSENT, null);
    assert.deepEqual((await keysOf(store, "a/")).toSorted(), inside.toSorted());
    assert.equal((await keysOf(store, "")).length, inside.length + outside.length);
    assert.deepEqual(await keysOf(store, "nothing/"), []);
  });

  test(`${name}.scan() bears changes while it is under way`, async () => {
    await using store = await open();
    for (let index = 0; index < 1100; index++) {
      await store.compareAndSet(`k${String(index).padStart(4, "0")}`, ABSENT, index);
    }
    let seen = 0;
    for await (const { key, revision } of store.scan("k")) {
      assert.equal(await store.compareAndSet(key, revision, undefined), true);
      seen++;
    }
    assert.equal(seen, 1100);
    assert.deepEqual(await keysOf(store, "k"), []);
  });

  test(`${name} takes wildcards and quotes in keys for what they are`, async () => {
    await using store = await open();
    for (const key of ["%/x", "_/x", "'/x", "a/x"]) await store.compareAndSet(key, ABSENT, 1);
    for (const prefix of ["%/", "_/", "'/"]) {
      assert.deepEqual(await keysOf(store, prefix), [`${prefix}x`]);
    }
  });
}
