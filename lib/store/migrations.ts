/** The schema of the state file, as the steps that led to it. Released steps never change. */
import type { DatabaseSync } from "node:sqlite";
import { inTransaction } from "./sqlite_database.ts";
import { StateError } from "./state_store.ts";

const MIGRATIONS: readonly string[] = [
  `CREATE TABLE state (
     key TEXT PRIMARY KEY,
     value TEXT NOT NULL,
     revision INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID`,
];

/**
 * Brings the schema up to date. Several processes may do so at a time.
 *
 * @throws {StateError} when a newer decnet wrote the file
 */
export function migrate(database: DatabaseSync): void {
  if (schemaVersion(database) === MIGRATIONS.length) return;
  inTransaction(database, () => {
    const version = schemaVersion(database);
    if (version > MIGRATIONS.length) {
      throw new StateError(`written by a newer decnet (schema ${version})`);
    }
    for (const step of MIGRATIONS.slice(version)) database.exec(step);
    database.exec(`PRAGMA user_version = ${MIGRATIONS.length}`);
  });
}

function schemaVersion(database: DatabaseSync): number {
  return Number(database.prepare("PRAGMA user_version").get()!["user_version"]);
}
