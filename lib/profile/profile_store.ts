/** The profiles of all attackers, in one SQLite file. */
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { type LogCursor, parseLogCursor } from "../log/cursor.ts";
import { createPrivately } from "../store/sqlite_store.ts";
import { StateError } from "../store/state_store.ts";
import { switchToWal } from "../store/wal.ts";
import type { Aggregate } from "./aggregate.ts";
import { decodeAggregate } from "./aggregate_codec.ts";
import { makeTables } from "./store_schema.ts";
import { AttackerWriter } from "./attacker_writer.ts";
import type { Window } from "./window.ts";

/** How long a statement waits for another process's write, in milliseconds. */
const BUSY_TIMEOUT_MS = 5000;

/** Lines of an input by what became of them. */
export interface LineCounts {
  lines: number;
  events: number;
  malformed: number;
  no_attacker: number;
  own: number;
}

/** An input and how far it has been read. */
export interface SourceState {
  readonly id: number;
  readonly path: string;
  /** Undefined before the first line, and for an input that has no places. */
  readonly cursor: LogCursor | undefined;
  /** Number of the change that made it. */
  readonly revision: number;
  readonly counts: Readonly<LineCounts>;
}

/** A store of profiles. */
export class ProfileStore implements Disposable {
  /** For queries; whoever writes goes through the store. */
  readonly database: DatabaseSync;
  readonly #path: string;
  readonly #writer: AttackerWriter;
  readonly #data: StatementSync;
  #run: number | undefined;

  /**
   * Opens the file, and makes it and its folder where they are missing.
   *
   * @param path `:memory:` for a store that ends with the process
   * @throws {StateError} when that cannot be done
   */
  constructor(path: string) {
    this.#path = path;
    let database: DatabaseSync | undefined;
    try {
      createPrivately(path);
      database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
      this.database = database;
      if (path !== ":memory:") switchToWal(database, BUSY_TIMEOUT_MS);
      // 16 MiB of pages: an index of a few hundred thousand attackers is walked in order.
      database.exec("PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16384");
      makeTables(database);
      this.#writer = new AttackerWriter(database);
      this.#data = database.prepare("SELECT data FROM aggregate WHERE attacker = ?");
    } catch (error) {
      database?.close();
      throw this.#error(error);
    }
  }

  /** The input `path`, with what is known of it. @throws {StateError} */
  source(path: string): SourceState {
    return this.#do(() => {
      const row = this.database.prepare("SELECT * FROM source WHERE path = ?").get(path);
      if (row === undefined) {
        const counts = { lines: 0, events: 0, malformed: 0, no_attacker: 0, own: 0 };
        return { id: 0, path, cursor: undefined, revision: 0, counts };
      }
      return {
        id: Number(row["id"]),
        path,
        cursor: parseLogCursor(JSON.parse(String(row["cursor"]))),
        revision: Number(row["revision"]),
        counts: {
          lines: Number(row["lines"]),
          events: Number(row["events"]),
          malformed: Number(row["malformed"]),
          no_attacker: Number(row["no_attacker"]),
          own: Number(row["own"]),
        },
      };
    });
  }

  /**
   * Adds the events of `window` and moves the input on, both or neither.
   *
   * @param source as it was before the first event of the window
   * @param counts of the lines since then
   * @returns the input as it is now
   * @throws {StateError} also when another process has moved the input on meanwhile
   */
  commit(
    source: SourceState,
    window: Window,
    cursor: LogCursor | undefined,
    counts: Readonly<LineCounts>,
  ): SourceState {
    return this.#do(() => {
      this.database.exec("BEGIN IMMEDIATE");
      try {
        const id = this.#moveOn(source, cursor, counts);
        this.#writer.write(window, id, this.#runNumber());
        this.database.exec("COMMIT");
        return { ...this.source(source.path), cursor };
      } catch (error) {
        this.database.exec("ROLLBACK");
        this.#run = undefined;
        throw error;
      }
    });
  }

  /** Begins a run: what it changes can be told from what was changed before. */
  beginRun(): void {
    this.#run = undefined;
  }

  /** Number of this run, once it has changed anything. */
  get run(): number | undefined {
    return this.#run;
  }

  /** The aggregates of the attacker with this number. @throws {StateError} */
  aggregate(id: number): Aggregate {
    return this.#do(() => decodeAggregate(String(this.#data.get(id)!["data"])));
  }

  /** Runs `action` on the database; its errors become this store's. @throws {StateError} */
  query<T>(action: (database: DatabaseSync) => T): T {
    return this.#do(() => action(this.database));
  }

  [Symbol.dispose](): void {
    this.database.close();
  }

  #moveOn(
    { id, path, revision, counts: before }: SourceState,
    cursor: LogCursor | undefined,
    counts: Readonly<LineCounts>,
  ): number {
    const values = [
      JSON.stringify(cursor ?? null),
      ...[before.lines + counts.lines, before.events + counts.events],
      ...[before.malformed + counts.malformed, before.no_attacker + counts.no_attacker],
      before.own + counts.own,
    ];
    const { changes, lastInsertRowid } = revision === 0
      ? this.database.prepare(
        "INSERT INTO source (path, revision, cursor, lines, events, malformed, no_attacker, own) " +
          "VALUES (?, 1, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
      ).run(path, ...values)
      : this.database.prepare(
        "UPDATE source SET revision = revision + 1, cursor = ?, lines = ?, events = ?, " +
          "malformed = ?, no_attacker = ?, own = ? WHERE id = ? AND revision = ?",
      ).run(...values, id, revision);
    if (changes !== 1) throw new Error(`another process reads ${path} into it`);
    return revision === 0 ? Number(lastInsertRowid) : id;
  }

  #runNumber(): number {
    this.#run ??= Number(
      this.database.prepare("INSERT INTO run DEFAULT VALUES").run().lastInsertRowid,
    );
    return this.#run;
  }

  #do<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      throw this.#error(error);
    }
  }

  #error(error: unknown): StateError {
    if (error instanceof StateError) return error;
    const reason = error instanceof Error ? error.message : String(error);
    return new StateError(`profile store ${this.#path}: ${reason}`);
  }
}
