import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { tempFolder } from "../../tests/support/temp_folder.ts";
import { switchToWal } from "./wal.ts";

/** A database that fails with each of `errors` before it does as it is told. */
function failing(errors: string[]) {
  const calls: string[] = [];
  return {
    calls,
    exec(sql: string) {
      calls.push(sql);
      const error = errors.shift();
      if (error !== undefined) throw new Error(error);
    },
  };
}

Deno.test("switchToWal() switches a file for good", async () => {
  await using folder = await tempFolder();
  const path = join(folder.path, "state.db");
  const first = new DatabaseSync(path);
  switchToWal(first, 0);
  first.exec("CREATE TABLE t (x)");
  first.close();
  const second = new DatabaseSync(path);
  assert.equal(second.prepare("PRAGMA journal_mode").get()!["journal_mode"], "wal");
  second.close();
});

Deno.test("switchToWal() tries again while the file is locked, as long as its patience lasts", () => {
  const database = failing(["database is locked", "database is locked"]);
  switchToWal(database, 60_000);
  assert.equal(database.calls.length, 3);
  const locked = failing(["database is locked", "database is locked"]);
  assert.throws(() => switchToWal(locked, 0), /database is locked/);
  assert.equal(locked.calls.length, 1);
});

Deno.test("switchToWal() passes any other error on at once", () => {
  const database = failing(["file is not a database"]);
  assert.throws(() => switchToWal(database, 60_000), /not a database/);
  assert.equal(database.calls.length, 1);
});

Deno.test("switchToWal() knows SQLite's own words for a locked file", async () => {
  await using folder = await tempFolder();
  const path = join(folder.path, "state.db");
  const holder = new DatabaseSync(path);
  holder.exec("CREATE TABLE t (x); BEGIN EXCLUSIVE");
  const other = new DatabaseSync(path, { timeout: 0 });
  assert.throws(() => other.exec("PRAGMA journal_mode = WAL"), { message: "database is locked" });
  holder.close();
  other.close();
});
