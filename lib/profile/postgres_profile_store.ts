/** The profiles of all attackers, in a PostgreSQL database that many read while many write. */
import type { LogCursor } from "../log/cursor.ts";
import { ForeignError, type Patience, PatientSession } from "../postgres/patient_session.ts";
import { type PostgresAddress, showPostgresAddress } from "../postgres/postgres_address.ts";
import { PostgresConnection } from "../postgres/postgres_connection.ts";
import type { Aggregate } from "./aggregate.ts";
import { decodeAggregate } from "./aggregate_codec.ts";
import { PostgresAttackerWriter } from "./postgres_attacker_writer.ts";
import { checkSchema, migrate, PROFILE_SCHEMA } from "./postgres_schema.ts";
import { moveOn, sourceIn } from "./postgres_source.ts";
import type {
  AttackerNews,
  LineCounts,
  ProfileStore,
  SourceState,
  SqlValue,
  StoreRow,
} from "./profile_store.ts";
import type { Window } from "./window.ts";

/** How a store is used. */
export interface PostgresStoreOptions {
  /** False for one that only asks: it needs no more than the right to read. */
  readonly writes: boolean;
  /** How to wait for a server that is away; without it, that is an error. */
  readonly patience?: Patience | undefined;
}

/** Marks that are counted in one statement. */
const MARKS = 8192;

/** A store of profiles in a database. */
export class PostgresProfileStore implements ProfileStore {
  /** Each question is a way there and back. */
  readonly group = 32;
  readonly #session: PatientSession;
  #nextRun: number | undefined;
  #run: number | undefined;

  private constructor(address: PostgresAddress, { writes, patience }: PostgresStoreOptions) {
    this.#session = new PatientSession({
      name: `profile store ${showPostgresAddress(address)}`,
      patience,
      open: () => PostgresConnection.open(address, { schema: PROFILE_SCHEMA, readOnly: !writes }),
      prepare: writes ? migrate : checkSchema,
    });
  }

  /** Connects; whoever writes makes the tables where they are missing. @throws {StateError} */
  static async open(
    address: PostgresAddress,
    options: PostgresStoreOptions,
  ): Promise<PostgresProfileStore> {
    const store = new PostgresProfileStore(address, options);
    await store.#session.do(() => Promise.resolve());
    return store;
  }

  source(path: string): Promise<SourceState> {
    return this.#session.do((connection) => sourceIn(connection, path));
  }

  async commit(
    source: SourceState,
    window: Window,
    cursor: LogCursor | undefined,
    counts: Readonly<LineCounts>,
  ): Promise<SourceState> {
    // The same for each try: of one that the connection did not outlive, the token tells whether it was heard.
    const token = crypto.randomUUID();
    const run = this.#run ?? (this.#nextRun ??= await this.#session.do(newRun));
    const state = await this.#session.do((connection) =>
      connection.transaction(async () => {
        const id = await moveOn(connection, source, cursor, counts, token);
        if (id !== undefined) {
          await new PostgresAttackerWriter(connection, id, run).write(window);
        }
        return await sourceIn(connection, source.path);
      })
    );
    this.#run = run;
    return { ...state, cursor };
  }

  beginRun(): void {
    this.#run = undefined;
    this.#nextRun = undefined;
  }

  get run(): number | undefined {
    return this.#run;
  }

  rows(sql: string, ...values: SqlValue[]): Promise<StoreRow[]> {
    let place = 0;
    const numbered = sql.replaceAll("?", () => `$${++place}`);
    return this.#session.do((connection) => connection.query(numbered, ...values));
  }

  aggregates(ids: readonly number[]): Promise<Aggregate[]> {
    return this.#session.do((connection) => aggregatesIn(connection, ids));
  }

  async markCounter(marks: Iterable<number>, most: number): Promise<(mark: number) => number> {
    const wanted = [...new Set(marks)];
    const counts = new Map<number, number>();
    for (let at = 0; at < wanted.length; at += MARKS) {
      const rows = await this.#session.do((connection) =>
        connection.query(
          `SELECT wanted, (
             SELECT count(*) FROM (SELECT 1 FROM mark WHERE mark.mark = wanted LIMIT $2) AS found
           ) AS n FROM unnest($1::bigint[]) AS wanted`,
          wanted.slice(at, at + MARKS),
          most,
        )
      );
      for (const row of rows) counts.set(Number(row["wanted"]), Number(row["n"]));
    }
    return (mark) => counts.get(mark) ?? 0;
  }

  takeNews(
    after: number,
    limit: number,
    tell: (news: readonly AttackerNews[]) => void,
  ): Promise<number | undefined> {
    return this.#session.do((connection) =>
      connection.transaction(async () => {
        // What another worker tells of at this moment is not told twice.
        const rows = await connection.query(
          `SELECT id, address, events, deckies, told_deckies FROM attacker
           WHERE id > $1 AND events > told_events ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED`,
          after,
          limit,
        );
        if (rows.length === 0) return undefined;
        const ids = rows.map((row) => Number(row["id"]));
        const aggregates = await aggregatesIn(connection, ids);
        const news = rows.map((row, index) => ({
          address: String(row["address"]),
          aggregate: aggregates[index]!,
          deckies: Number(row["deckies"]),
          toldDeckies: Number(row["told_deckies"]),
        }));
        try {
          tell(news);
        } catch (error) {
          throw new ForeignError(error);
        }
        await connection.query(
          "UPDATE attacker SET told_events = events, told_deckies = deckies " +
            "WHERE id = ANY ($1::bigint[])",
          ids,
        );
        return ids.at(-1);
      })
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session.close();
  }
}

async function newRun(connection: PostgresConnection): Promise<number> {
  const [row] = await connection.query("INSERT INTO run DEFAULT VALUES RETURNING id");
  return Number(row!["id"]);
}

async function aggregatesIn(
  connection: PostgresConnection,
  ids: readonly number[],
): Promise<Aggregate[]> {
  if (ids.length === 0) return [];
  const rows = await connection.query(
    "SELECT attacker, data FROM aggregate WHERE attacker = ANY ($1::bigint[])",
    ids,
  );
  const data = new Map(rows.map((row) => [Number(row["attacker"]), String(row["data"])]));
  return ids.map((id) => decodeAggregate(data.get(id)!));
}
