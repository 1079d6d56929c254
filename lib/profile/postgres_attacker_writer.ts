/** Writes a window of events into the aggregates of their attackers, many in one statement. */
import type { PostgresConnection } from "../postgres/postgres_connection.ts";
import { Aggregate } from "./aggregate.ts";
import { decodeAggregate, encodeAggregate } from "./aggregate_codec.ts";
import { summaryOf } from "./attacker_summary.ts";
import { forEachChange } from "./marks.ts";
import type { Window } from "./window.ts";
import { WindowReader } from "./window_reader.ts";

/** Attackers that are loaded and stored together. */
const GROUP = 256;

/** Marks that wait at most. */
const MAX_MARKS = 16_384;

/**
 * Makes rows for those that are new, and locks those that are not, one after the other: all workers go
 * through the attackers in the order of their addresses, so that none waits for one who waits for him.
 */
const LOCK = `
  INSERT INTO attacker (address, first_seen, last_seen, events, deckies, risk, class, run)
  SELECT address, 0, 0, 0, 0, 0, '', 0 FROM unnest($1::text[]) AS new (address)
  ORDER BY address COLLATE "C"
  ON CONFLICT (address) DO UPDATE SET run = attacker.run WHERE FALSE`;

const LOAD = `
  SELECT id, address, data FROM attacker LEFT JOIN aggregate ON attacker = id
  WHERE address = ANY ($1::text[])`;

const SUMMARIES = `
  UPDATE attacker SET first_seen = new.first_seen, last_seen = new.last_seen, events = new.events,
    deckies = new.deckies, risk = new.risk, class = new.class, run = $1
  FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[],
    $8::text[]) AS new (id, first_seen, last_seen, events, deckies, risk, class)
  WHERE attacker.id = new.id`;

const ADD_MARKS = `
  INSERT INTO mark (mark, attacker)
  SELECT mark, attacker FROM unnest($1::bigint[], $2::bigint[]) AS new (mark, attacker)
  ORDER BY mark, attacker ON CONFLICT DO NOTHING`;

const REMOVE_MARKS = `
  DELETE FROM mark USING unnest($1::bigint[], $2::bigint[]) AS old (mark, attacker)
  WHERE mark.mark = old.mark AND mark.attacker = old.attacker`;

/** An attacker and what the window has of it. */
type Visitor = ReturnType<Window["byAttacker"]> extends Generator<infer T> ? T : never;

/** Adds a window to a store, inside a transaction of the caller's. */
export class PostgresAttackerWriter {
  readonly #connection: PostgresConnection;
  readonly #source: number;
  readonly #run: number;
  readonly #came = new MarkList();
  readonly #went = new MarkList();

  /**
   * @param source number of the input that the events were read from
   * @param run number of the run that reads them
   */
  constructor(connection: PostgresConnection, source: number, run: number) {
    this.#connection = connection;
    this.#source = source;
    this.#run = run;
  }

  /** Adds the events of `window`. */
  async write(window: Window): Promise<void> {
    const reader = new WindowReader(window);
    let group: Visitor[] = [];
    for (const visitor of window.byAttacker()) {
      if (group.push(visitor) < GROUP) continue;
      await this.#writeGroup(reader, group);
      group = [];
    }
    if (group.length > 0) await this.#writeGroup(reader, group);
    await this.#writeMarks();
  }

  async #writeGroup(reader: WindowReader, group: readonly Visitor[]): Promise<void> {
    const addresses = group.map(({ address }) => address);
    await this.#connection.query(LOCK, addresses);
    const rows = await this.#connection.query(LOAD, addresses);
    const known = new Map(rows.map((row) => [String(row["address"]), row]));
    const ids: number[] = [];
    const summaries: ReturnType<typeof summaryOf>[] = [];
    const data: string[] = [];
    for (const { address, events } of group) {
      const row = known.get(address)!;
      const id = Number(row["id"]);
      const before = row["data"];
      const aggregate = before === null ? new Aggregate() : decodeAggregate(String(before));
      reader.addTo(aggregate, this.#source, events);
      ids.push(id);
      summaries.push(summaryOf(aggregate));
      data.push(encodeAggregate(aggregate));
      forEachChange(
        aggregate,
        (mark) => this.#came.add(mark, id),
        (mark) => this.#went.add(mark, id),
      );
    }
    const column = (at: 0 | 1 | 2 | 3 | 4) => summaries.map((summary) => summary[at]);
    await this.#connection.query(
      SUMMARIES,
      ...[this.#run, ids, column(0), column(1), column(2), column(3), column(4)],
      summaries.map((summary) => summary[5]),
    );
    // A row each: as items of an array, texts full of quotes would be twice as long.
    const places = ids.map((_, at) => `($${2 * at + 1}, $${2 * at + 2})`).join();
    await this.#connection.query(
      `INSERT INTO aggregate (attacker, data) VALUES ${places}
       ON CONFLICT (attacker) DO UPDATE SET data = excluded.data`,
      ...ids.flatMap((id, at) => [id, data[at]!]),
    );
    if (this.#came.size + this.#went.size >= MAX_MARKS) await this.#writeMarks();
  }

  async #writeMarks(): Promise<void> {
    // Two texts with one hash: one may go while the other comes.
    await this.#went.flush(this.#connection, REMOVE_MARKS);
    await this.#came.flush(this.#connection, ADD_MARKS);
  }
}

/** Marks that wait to be written. */
class MarkList {
  #marks: number[] = [];
  #attackers: number[] = [];

  get size(): number {
    return this.#marks.length;
  }

  add(mark: number, attacker: number): void {
    this.#marks.push(mark);
    this.#attackers.push(attacker);
  }

  async flush(connection: PostgresConnection, sql: string): Promise<void> {
    if (this.size === 0) return;
    await connection.query(sql, this.#marks, this.#attackers);
    this.#marks = [];
    this.#attackers = [];
  }
}
