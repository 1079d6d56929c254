import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { testStateStore } from "../../tests/support/store_contract.ts";
import { tempFolder } from "../../tests/support/temp_folder.ts";
import { SqliteStore } from "./sqlite_store.ts";
import { ABSENT, StateError } from "./state_store.ts";

function isStateError(path: string, about: RegExp) {
  return (error: unknown) =>
    error instanceof StateError && error.message.startsWith(`state file ${path}: `) &&
    about.test(error.message);
}

testStateStore("SqliteStore", () => new SqliteStore(":memory:"));

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
  await assert.rejects(Array.fromAsync(store.scan("k")), isStateError(path, /JSON/));
  store.close();
  await assert.rejects(store.get("k"), isStateError(path, /./));
  await assert.rejects(store.compareAndSet("k", 1, 2), isStateError(path, /./));
});

Deno.test({
  name: "SqliteStore says StateError without words of the runtime where it may not write",
  permissions: { read: true, write: false },
  fn() {
    assert.throws(() => new SqliteStore("/none/state.db"), (error) => {
      return isStateError("/none/state.db", /this program may not use it$/)(error);
    });
  },
});

Deno.test("SqliteStore in memory leaves no file", async () => {
  const store = new SqliteStore(":memory:");
  await store.compareAndSet("k", ABSENT, 1);
  await assert.rejects(Deno.stat(":memory:"), Deno.errors.NotFound);
});
