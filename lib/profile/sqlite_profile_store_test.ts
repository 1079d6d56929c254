import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { tempFolder } from "../../tests/support/temp_folder.ts";
import { noLines } from "./ingest.ts";
import { MergeError, mergeStores } from "./merge_stores.ts";
import { SqliteProfileStore } from "./sqlite_profile_store.ts";
import { Window } from "./window.ts";

const LINE = new TextEncoder().encode(
  '{"timestamp":"2026-11-21T10:00:00.000000Z","event_type":"x","attacker_ip":"192.0.2.1"}',
);

/** Ends transactions as SQLite does when the disk is full. */
function fillUp(path: string): void {
  const database = new DatabaseSync(path);
  database.exec(
    "CREATE TRIGGER full BEFORE INSERT ON attacker " +
      "BEGIN SELECT RAISE(ROLLBACK, 'disk is full'); END",
  );
  database.close();
}

function oneEvent(): Window {
  const window = new Window();
  window.add(LINE, 0, LINE.length);
  return window;
}

Deno.test("SqliteProfileStore says why a commit failed where SQLite has ended the transaction", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/profile.db`;
  await using store = new SqliteProfileStore(path);
  fillUp(path);
  const source = await store.source("/log");
  await assert.rejects(
    store.commit(source, oneEvent(), undefined, { ...noLines(), lines: 1, events: 1 }),
    /disk is full/,
  );
  assert.deepEqual(await store.source("/log"), source);
});

Deno.test("mergeStores() says why it failed where SQLite has ended the transaction", async () => {
  await using folder = await tempFolder();
  const [part, target] = [`${folder.path}/part.db`, `${folder.path}/all.db`];
  {
    await using store = new SqliteProfileStore(part);
    const source = await store.source("/log part 1/1");
    await store.commit(source, oneEvent(), undefined, { ...noLines(), lines: 1, events: 1 });
  }
  assert.equal(mergeStores(target, [part]).attackers, 1);
  fillUp(target);
  assert.throws(
    () => mergeStores(target, [part]),
    (error) => error instanceof MergeError && error.message.includes("disk is full"),
  );
});
