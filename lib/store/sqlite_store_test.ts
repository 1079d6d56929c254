import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { tempFolder } from "../../tests/support/temp_folder.ts";
import { SqliteStore } from "./sqlite_store.ts";
import { ABSENT, type Json, type StateEntry, StateError } from "./state_store.ts";

async function keysOf(store: SqliteStore, prefix: string): Promise<string[]> {
  return await Array.fromAsync(store.scan(prefix), ({ key }) => key);
}

function isStateError(path: string, about: RegExp) {
  return (error: unknown) =>
    error instanceof StateError && error.message.startsWith(`state file ${path}: `) &&
    about.test(error.message);
}

Deno.test("SqliteStore.compareAndSet() makes a key that must not exist, once", async () => {
  const store = new SqliteStore(":memory:");
  assert.equal(await store.get("k"), undefined);
  assert.equal(await store.compareAndSet("k", ABSENT, "first"), true);
  assert.equal(await store.compareAndSet("k", ABSENT, "second"), false);
  assert.deepEqual(await store.get("k"), { key: "k", value: "first", revision: 1 });
});

Deno.test("SqliteStore.compareAndSet() changes a key at the expected revision only", async () => {
  const store = new SqliteStore(":memory:");
  await store.compareAndSet("k", ABSENT, 1);
  assert.equal(await store.compareAndSet("k", 1, 2), true);
  for (const stale of [1, 3, -1]) assert.equal(await store.compareAndSet("k", stale, 3), false);
  assert.deepEqual(await store.get("k"), { key: "k", value: 2, revision: 2 });
  assert.equal(await store.compareAndSet("other", 1, 1), false);
  assert.equal(await store.get("other"), undefined);
});

Deno.test("SqliteStore.compareAndSet() deletes a key at the expected revision only", async () => {
  const store = new SqliteStore(":memory:");
  await store.compareAndSet("k", ABSENT, 1);
  for (const wrong of [ABSENT, 2]) {
    assert.equal(await store.compareAndSet("k", wrong, undefined), false);
  }
  assert.equal(await store.compareAndSet("k", 1, undefined), true);
  assert.equal(await store.get("k"), undefined);
  assert.equal(await store.compareAndSet("k", 1, undefined), false);
  assert.equal(await store.compareAndSet("k", ABSENT, "again"), true);
});

Deno.test("SqliteStore gives back any JSON under any printable key", async () => {
  const store = new SqliteStore(":memory:");
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

Deno.test("SqliteStore.scan() gives all of more than 1000 entries in order, each once", async () => {
  const store = new SqliteStore(":memory:");
  const keys = Array.from({ length: 1234 }, (_, index) => `many/${String(index).padStart(4, "0")}`);
  for (const key of keys.toReversed()) await store.compareAndSet(key, ABSENT, key.length);
  assert.deepEqual(await keysOf(store, "many/"), keys);
  // Exactly one page, and one entry more.
  assert.equal((await keysOf(store, "many/0")).length, 1000);
  assert.equal((await keysOf(store, "many/00")).length, 100);
  const entries: StateEntry[] = await Array.fromAsync(store.scan("many/1233"));
  assert.deepEqual(entries, [{ key: "many/1233", value: 9, revision: 1 }]);
});

Deno.test("SqliteStore.scan() ends at the borders of the prefix", async () => {
  const store = new SqliteStore(":memory:");
  const inside = ["a/", "a/b", "a/b/c", "a/\u{10fffe}", "a/~", "a/\u00ff"];
  const outside = ["a", "a.", "a0", "A/b", "b/", "", "aa/b", "a\u{10ffff}"];
  for (const key of [...inside, ...outside]) await store.compareAndSet(key, ABSENT, null);
  assert.deepEqual((await keysOf(store, "a/")).toSorted(), inside.toSorted());
  assert.equal((await keysOf(store, "")).length, inside.length + outside.length);
  assert.deepEqual(await keysOf(store, "nothing/"), []);
});

Deno.test("SqliteStore.scan() bears changes while it is under way", async () => {
  const store = new SqliteStore(":memory:");
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

Deno.test("SqliteStore takes wildcards and quotes in keys for what they are", async () => {
  const store = new SqliteStore(":memory:");
  for (const key of ["%/x", "_/x", "'/x", "a/x"]) await store.compareAndSet(key, ABSENT, 1);
  for (const prefix of ["%/", "_/", "'/"]) {
    assert.deepEqual(await keysOf(store, prefix), [`${prefix}x`]);
  }
});

Deno.test("SqliteStore remembers from one process to the next", async () => {
  await using folder = await tempFolder();
  const path = join(folder.path, "state.db");
  const first = new SqliteStore(path);
  await first.compareAndSet("k", ABSENT, { list: [1, "two", null] });
  first.close();
  const second = new SqliteStore(path);
  assert.deepEqual((await second.get("k"))?.value, { list: [1, "two", null] });
  second.close();
});

Deno.test("SqliteStore lets only one of two connections win a revision", async () => {
  await using folder = await tempFolder();
  const path = join(folder.path, "state.db");
  const [a, b] = [new SqliteStore(path), new SqliteStore(path)];
  assert.equal(await a.compareAndSet("k", ABSENT, "a"), true);
  assert.equal(await b.compareAndSet("k", ABSENT, "b"), false);
  assert.deepEqual(await b.get("k"), { key: "k", value: "a", revision: 1 });
  assert.equal(await b.compareAndSet("k", 1, "b"), true);
  assert.equal(await a.compareAndSet("k", 1, "a"), false);
  assert.equal(await a.compareAndSet("k", 1, undefined), false);
  assert.deepEqual(await a.get("k"), { key: "k", value: "b", revision: 2 });
  a.close();
  b.close();
});

Deno.test({
  name: "SqliteStore makes file 0640 in folder 0750, also the files beside it",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using folder = await tempFolder();
    const inner = join(folder.path, "a", "b");
    const path = join(inner, "state.db");
    const store = new SqliteStore(path);
    await store.compareAndSet("k", ABSENT, 1);
    const modeOf = async (name: string) => ((await Deno.stat(name)).mode ?? 0) & 0o777;
    for (const name of [inner, join(folder.path, "a")]) {
      assert.equal((await modeOf(name)) & ~0o750, 0, name);
    }
    const files = await Array.fromAsync(Deno.readDir(inner), ({ name }) => name);
    assert.deepEqual(files.toSorted(), ["state.db", "state.db-shm", "state.db-wal"]);
    for (const name of files) assert.equal((await modeOf(join(inner, name))) & ~0o640, 0, name);
    store.close();
  },
});

Deno.test({
  name: "SqliteStore leaves the mode of a file that is there alone",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using folder = await tempFolder();
    const path = join(folder.path, "state.db");
    new SqliteStore(path).close();
    await Deno.chmod(path, 0o600);
    new SqliteStore(path).close();
    assert.equal(((await Deno.stat(path)).mode ?? 0) & 0o777, 0o600);
  },
});

Deno.test("SqliteStore refuses a file that a newer decnet wrote, and changes nothing in it", async () => {
  await using folder = await tempFolder();
  const path = join(folder.path, "state.db");
  const newer = new DatabaseSync(path);
  newer.exec("CREATE TABLE news (id INTEGER); PRAGMA user_version = 99");
  assert.throws(() => new SqliteStore(path), isStateError(path, /newer decnet \(schema 99\)/));
  assert.equal(newer.prepare("PRAGMA user_version").get()!["user_version"], 99);
  assert.deepEqual(
    newer.prepare("SELECT name FROM sqlite_master").all().map((row) => row["name"]),
    ["news"],
  );
  newer.close();
});

Deno.test("SqliteStore says StateError of a file that is no database, and leaves it as it is", async () => {
  await using folder = await tempFolder();
  const path = join(folder.path, "state.db");
  for (const garbage of ["not a database, but long enough to look".repeat(50), "short"]) {
    await Deno.writeTextFile(path, garbage);
    assert.throws(() => new SqliteStore(path), isStateError(path, /not a database/));
    assert.equal(await Deno.readTextFile(path), garbage);
  }
});

Deno.test("SqliteStore takes an empty file for a new one", async () => {
  await using folder = await tempFolder();
  const path = join(folder.path, "state.db");
  await Deno.writeTextFile(path, "");
  const store = new SqliteStore(path);
  assert.equal(await store.compareAndSet("k", ABSENT, 1), true);
  store.close();
});

Deno.test("SqliteStore says StateError where there can be no file", async () => {
  await using folder = await tempFolder();
  const file = join(folder.path, "file");
  await Deno.writeTextFile(file, "");
  for (const path of [folder.path, join(file, "state.db"), ""]) {
    assert.throws(() => new SqliteStore(path), isStateError(path, /./));
  }
});

Deno.test("SqliteStore says StateError of what it cannot read any more", async () => {
  await using folder = await tempFolder();
  const path = join(folder.path, "state.db");
  const store = new SqliteStore(path);
  await store.compareAndSet("k", ABSENT, 1);
  const other = new DatabaseSync(path);
  other.exec("UPDATE state SET value = 'no JSON'");
  other.close();
  await assert.rejects(store.get("k"), isStateError(path, /JSON/));
  await assert.rejects(keysOf(store, "k"), isStateError(path, /JSON/));
  store.close();
  await assert.rejects(store.get("k"), isStateError(path, /./));
  await assert.rejects(store.compareAndSet("k", 1, 2), isStateError(path, /./));
});

Deno.test("SqliteStore in memory leaves no file", async () => {
  const store = new SqliteStore(":memory:");
  await store.compareAndSet("k", ABSENT, 1);
  await assert.rejects(Deno.stat(":memory:"), Deno.errors.NotFound);
});
