/** SQLite's write-ahead log: readers beside a writer, and no half-done change after a kill. */
import type { DatabaseSync } from "node:sqlite";

/** Wait between tries to switch a locked file. */
const PAUSE_MS = 5;

/**
 * Switches a file to WAL. For that SQLite does not always wait, whatever its busy timeout: two
 * processes that make the file together may find it locked.
 *
 * @param patience milliseconds after which it gives up
 * @throws {Error} of SQLite
 */
export function switchToWal(database: Pick<DatabaseSync, "exec">, patience: number): void {
  const giveUpAt = performance.now() + patience;
  while (true) {
    try {
      return database.exec("PRAGMA journal_mode = WAL");
    } catch (error) {
      // Deno's errors carry no result code; this is SQLite's text for SQLITE_BUSY.
      const busy = error instanceof Error && error.message === "database is locked";
      if (!busy || performance.now() >= giveUpAt) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
    }
  }
}
