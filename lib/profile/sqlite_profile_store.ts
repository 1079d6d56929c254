/** The profiles of all attackers, in one SQLite file. */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { type LogCursor, parseLogCursor } from "../log/cursor.ts";
import { inTransaction, openSqlite } from "../store/sqlite_database.ts";
import { StateError } from "../store/state_store.ts";
import type { Aggregate } from "./aggregate.ts";
import { decodeAggregate } from "./aggregate_codec.ts";
import { AttackerWriter } from "./attacker_writer.ts";
import type {
  AttackerNews,
  LineCounts,
  ProfileStore,
  SourceState,
  SqlValue,
  StoreRow,
} from "./profile_store.ts";
import { makeTables } from "./store_schema.ts";
import type { Window } from "./window.ts";

/** Attackers that there is news of. */
const NEWS = `SELECT id, address, events, deckies, told_deckies FROM attacker
  WHERE id > ? AND events > told_events ORDER BY id LIMIT ?`;

/** A store of profiles in one file, or in memory. */
export class SqliteProfileStore implements ProfileStore {
  /** Each is at hand. */
  readonly group = 1;
  readonly #database: DatabaseSync;
  readonly #path: string;
  readonly #writer: AttackerWriter;
  readonly #data: StatementSync;
  #counter: StatementSync | undefined;
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
      database = openSqlite(path);
      this.#database = database;
      // 16 MiB of pages: an index of a few hundred thousand attackers is walked in order.
      database.exec("PRAGMA cache_size = -16384");
      makeTables(database);
      this.#writer = new AttackerWriter(database);
      this.#data = database.prepare("SELECT data FROM aggregate WHERE attacker = ?");
    } catch (error) {
      database?.close();
      throw this.#error(error);
    }
  }

  source(path: string): Promise<SourceState> {
    return this.#do(() => this.#source(path));
  }

  #source(path: string): SourceState {
    const row = this.#database.prepare("SELECT * FROM source WHERE path = ?").get(path);
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
  }

  commit(
    source: SourceState,
    window: Window,
    cursor: LogCursor | undefined,
    counts: Readonly<LineCounts>,
  ): Promise<SourceState> {
    return this.#do(() =>
      inTransaction(this.#database, () => {
        try {
          const id = this.#moveOn(source, cursor, counts);
          this.#writer.write(window, id, this.#runNumber());
          return { ...this.#source(source.path), cursor };
        } catch (error) {
          this.#run = undefined;
          throw error;
        }
      })
    );
  }

  beginRun(): void {
    this.#run = undefined;
  }

  get run(): number | undefined {
    return this.#run;
  }

  rows(sql: string, ...values: SqlValue[]): Promise<StoreRow[]> {
    return this.#do(() => this.#database.prepare(sql).all(...values));
  }

  aggregates(ids: readonly number[]): Promise<Aggregate[]> {
    return this.#do(() => ids.map((id) => this.#aggregate(id)));
  }

  markCounter(_marks: Iterable<number>, most: number): Promise<(mark: number) => number> {
    return this.#do(() => {
      const count = this.#counter ??= this.#database.prepare(
        "SELECT count(*) AS n FROM (SELECT 1 FROM mark WHERE mark = ? LIMIT ?)",
      );
      return (mark) => this.#try(() => Number(count.get(mark, most)!["n"]));
    });
  }

  async takeNews(
    after: number,
    limit: number,
    tell: (news: readonly AttackerNews[]) => void,
  ): Promise<number | undefined> {
    const { rows, news } = await this.#do(() => {
      const rows = this.#database.prepare(NEWS).all(after, limit);
      const news = rows.map((row): AttackerNews => ({
        address: String(row["address"]),
        aggregate: this.#aggregate(Number(row["id"])),
        deckies: Number(row["deckies"]),
        toldDeckies: Number(row["told_deckies"]),
      }));
      return { rows, news };
    });
    if (rows.length === 0) return undefined;
    tell(news);
    await this.#do(() => {
      const mark = this.#database.prepare(
        "UPDATE attacker SET told_events = ?, told_deckies = ? WHERE id = ?",
      );
      inTransaction(this.#database, () => {
        for (const row of rows) mark.run(row["events"]!, row["deckies"]!, row["id"]!);
      });
    });
    return Number(rows.at(-1)!["id"]);
  }

  // deno-lint-ignore require-await -- the interface is asynchronous, for stores on other machines
  async [Symbol.asyncDispose](): Promise<void> {
    this.#database.close();
  }

  #aggregate(id: number): Aggregate {
    return decodeAggregate(String(this.#data.get(id)!["data"]));
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
      ? this.#database.prepare(
        "INSERT INTO source (path, revision, cursor, lines, events, malformed, no_attacker, own) " +
          "VALUES (?, 1, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
      ).run(path, ...values)
      : this.#database.prepare(
        "UPDATE source SET revision = revision + 1, cursor = ?, lines = ?, events = ?, " +
          "malformed = ?, no_attacker = ?, own = ? WHERE id = ? AND revision = ?",
      ).run(...values, id, revision);
    if (changes !== 1) throw new Error(`another process reads ${path} into it`);
    return revision === 0 ? Number(lastInsertRowid) : id;
  }

  #runNumber(): number {
    this.#run ??= Number(
      this.#database.prepare("INSERT INTO run DEFAULT VALUES").run().lastInsertRowid,
    );
    return this.#run;
  }

  // deno-lint-ignore require-await -- the interface is asynchronous, for stores on other machines
  async #do<T>(action: () => T): Promise<T> {
    return this.#try(action);
  }

  #try<T>(action: () => T): T {
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
