/** Writes a window of events into the aggregates of their attackers: each is loaded and stored once. */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { Aggregate } from "./aggregate.ts";
import { decodeAggregate, encodeAggregate } from "./aggregate_codec.ts";
import { MarkWriter } from "./mark_writer.ts";
import { forEachChange } from "./marks.ts";
import { summaryOf } from "./attacker_summary.ts";
import type { Window } from "./window.ts";
import { WindowReader } from "./window_reader.ts";

/** Adds windows to a store; inside a transaction of the caller's. */
export class AttackerWriter {
  readonly #find: StatementSync;
  readonly #insert: StatementSync;
  readonly #update: StatementSync;
  readonly #insertData: StatementSync;
  readonly #updateData: StatementSync;
  readonly #isEmpty: StatementSync;
  readonly #marks: MarkWriter;

  constructor(database: DatabaseSync) {
    this.#find = database.prepare(
      "SELECT attacker.id AS id, data FROM attacker JOIN aggregate ON attacker = id " +
        "WHERE address = ?",
    );
    this.#insert = database.prepare(
      "INSERT INTO attacker (address, first_seen, last_seen, events, deckies, risk, class, run) " +
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    );
    this.#update = database.prepare(
      "UPDATE attacker SET first_seen = ?, last_seen = ?, events = ?, deckies = ?, risk = ?, " +
        "class = ?, run = ? WHERE id = ?",
    );
    this.#insertData = database.prepare("INSERT INTO aggregate (attacker, data) VALUES (?, ?)");
    this.#updateData = database.prepare("UPDATE aggregate SET data = ? WHERE attacker = ?");
    this.#marks = new MarkWriter(database);
    this.#isEmpty = database.prepare("SELECT NOT EXISTS (SELECT 1 FROM attacker) AS empty");
  }

  /**
   * Adds the events of `window`.
   *
   * @param source number of the input that they were read from
   */
  write(window: Window, source: number, run: number): void {
    const isEmpty = this.#isEmpty.get()!["empty"] === 1;
    this.#marks.reset();
    const reader = new WindowReader(window);
    for (const { address, events } of window.byAttacker()) {
      const row = isEmpty ? undefined : this.#find.get(address);
      const aggregate = row === undefined ? new Aggregate() : decodeAggregate(String(row["data"]));
      reader.addTo(aggregate, source, events);
      const id = this.#store(
        address,
        row === undefined ? undefined : Number(row["id"]),
        aggregate,
        run,
      );
      forEachChange(
        aggregate,
        (mark) => this.#marks.add(mark, id),
        (mark) => this.#marks.remove(mark, id),
      );
    }
    this.#marks.flush();
  }

  #store(address: string, known: number | undefined, aggregate: Aggregate, run: number): number {
    const summary = [...summaryOf(aggregate), run];
    const data = encodeAggregate(aggregate);
    if (known !== undefined) {
      this.#update.run(...summary, known);
      this.#updateData.run(data, known);
      return known;
    }
    const id = Number(this.#insert.run(address, ...summary).lastInsertRowid);
    this.#insertData.run(id, data);
    return id;
  }
}
