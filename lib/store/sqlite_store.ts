/** The state file: StateStore over SQLite. */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { systemReason } from "../system_error.ts";
import { migrate } from "./migrations.ts";
import { openSqlite } from "./sqlite_database.ts";
import { ABSENT, type Json, type StateEntry, StateError, type StateStore } from "./state_store.ts";

/** Rows read at a time by a scan, so that a large state is never in memory as a whole. */
const SCAN_PAGE = 500;

/** A {@linkcode StateStore} in one file that several processes may use at a time. */
export class SqliteStore implements StateStore {
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #select: StatementSync;
  readonly #insert: StatementSync;
  readonly #update: StatementSync;
  readonly #delete: StatementSync;
  readonly #page: StatementSync;

  /**
   * Opens the file, and makes it and its folder where they are missing.
   *
   * @throws {StateError} when that cannot be done
   */
  constructor(path: string) {
    this.#path = path;
    let database: DatabaseSync | undefined;
    try {
      database = openSqlite(path);
      this.#database = database;
      migrate(database);
      this.#select = database.prepare("SELECT value, revision FROM state WHERE key = ?");
      this.#insert = database.prepare(
        "INSERT INTO state (key, value, revision) VALUES (?, ?, 1) ON CONFLICT DO NOTHING",
      );
      this.#update = database.prepare(
        "UPDATE state SET value = ?, revision = revision + 1 WHERE key = ? AND revision = ?",
      );
      this.#delete = database.prepare("DELETE FROM state WHERE key = ? AND revision = ?");
      this.#page = database.prepare(
        "SELECT key, value, revision FROM state WHERE key >= ? AND key < ? ORDER BY key LIMIT ?",
      );
    } catch (error) {
      database?.close();
      throw stateError(path, error);
    }
  }

  get(key: string): Promise<StateEntry | undefined> {
    return this.#run(() => {
      const row = this.#select.get(key);
      return row === undefined ? undefined : toEntry({ key, ...row });
    });
  }

  compareAndSet(key: string, expected: number, value: Json | undefined): Promise<boolean> {
    return this.#run(() => {
      if (value === undefined) return this.#delete.run(key, expected).changes === 1;
      const text = JSON.stringify(value);
      const done = expected === ABSENT
        ? this.#insert.run(key, text)
        : this.#update.run(text, key, expected);
      return done.changes === 1;
    });
  }

  async *scan(prefix: string): AsyncGenerator<StateEntry> {
    const end = `${prefix}\u{10ffff}`;
    let start = prefix;
    while (true) {
      const entries = await this.#run(() => this.#page.all(start, end, SCAN_PAGE).map(toEntry));
      yield* entries;
      const last = entries.at(-1);
      if (last === undefined || entries.length < SCAN_PAGE) return;
      start = `${last.key}\0`;
    }
  }

  close(): void {
    this.#database.close();
  }

  // deno-lint-ignore require-await -- the interface is asynchronous, for stores on other machines
  async #run<T>(action: () => T): Promise<T> {
    try {
      return action();
    } catch (error) {
      throw stateError(this.#path, error);
    }
  }
}

function toEntry(row: Record<string, unknown>): StateEntry {
  return {
    key: String(row["key"]),
    value: JSON.parse(String(row["value"])),
    revision: Number(row["revision"]),
  };
}

function stateError(path: string, error: unknown): StateError {
  return new StateError(`state file ${path}: ${systemReason(error)}`);
}
