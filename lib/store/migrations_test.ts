import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { tempFolder } from "../../tests/support/temp_folder.ts";
import { migrate } from "./migrations.ts";
import { StateError } from "./state_store.ts";

function version(database: DatabaseSync): unknown {
  return database.prepare("PRAGMA user_version").get()!["user_version"];
}

Deno.test("migrate() makes the schema of an empty file, and does nothing to a current one", () => {
  const database = new DatabaseSync(":memory:");
  migrate(database);
  assert.equal(version(database), 1);
  database.exec("INSERT INTO state (key, value, revision) VALUES ('k', '1', 1)");
  migrate(database);
  assert.deepEqual({ ...database.prepare("SELECT key, value, revision FROM state").get() }, {
    key: "k",
    value: "1",
    revision: 1,
  });
});

Deno.test("migrate() refuses a newer schema, and holds no transaction open", () => {
  const database = new DatabaseSync(":memory:");
  database.exec("PRAGMA user_version = 2");
  assert.throws(() => migrate(database), (error) => {
    return error instanceof StateError && /schema 2\)/.test(error.message);
  });
  database.exec("BEGIN; COMMIT");
});

Deno.test("migrate() changes nothing when a step fails", () => {
  const database = new DatabaseSync(":memory:");
  // A table of that name is in the way of the first step.
  database.exec("CREATE TABLE state (other TEXT)");
  assert.throws(() => migrate(database), /already exists/);
  assert.equal(version(database), 0);
  database.exec("BEGIN; COMMIT");
});

Deno.test("migrate() runs the steps once when two processes come to it together", async () => {
  await using folder = await tempFolder();
  const path = join(folder.path, "state.db");
  const [a, b] = [new DatabaseSync(path), new DatabaseSync(path)];
  // The other one is faster between our look at the version and our transaction.
  const slow = {
    prepare: (sql: string) => a.prepare(sql),
    exec: (sql: string) => {
      if (sql.startsWith("BEGIN")) migrate(b);
      a.exec(sql);
    },
  } as unknown as DatabaseSync;
  migrate(slow);
  assert.equal(version(a), 1);
  a.close();
  b.close();
});
