/** SQLite files that several processes use at a time. */
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { switchToWal } from "./wal.ts";

/** How long a statement waits for another process's write, in milliseconds. */
export const BUSY_TIMEOUT_MS = 5000;

/**
 * Opens the file `path`, and makes it and its folder where they are missing.
 *
 * @param path `:memory:` for a database that ends with the process
 * @throws {Error} of SQLite or the system
 */
export function openSqlite(path: string): DatabaseSync {
  if (path !== ":memory:") createPrivately(path);
  const database = connectSqlite(path);
  try {
    if (path !== ":memory:") switchToWal(database, BUSY_TIMEOUT_MS);
    database.exec("PRAGMA synchronous = NORMAL");
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Opens the file `path` as it is. @throws {Error} of SQLite */
export function connectSqlite(path: string): DatabaseSync {
  return new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
}

/**
 * Makes the file `path` and its folder where they are missing. Hashes and addresses of a fleet are nobody
 * else's business: 0640 in a 0750 folder.
 */
export function createPrivately(path: string): void {
  Deno.mkdirSync(dirname(path), { recursive: true, mode: 0o750 });
  Deno.openSync(path, { write: true, create: true, mode: 0o640 }).close();
}

/** Does `action` as one change, which is there as a whole or not at all. @throws what `action` throws */
export function inTransaction<T>(database: DatabaseSync, action: () => T): T {
  database.exec("BEGIN IMMEDIATE");
  try {
    const result = action();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    // Where the disk is full, SQLite has done it by itself, and would complain of that instead.
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}
