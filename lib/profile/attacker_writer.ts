/** Writes a window of events into the aggregates of their attackers: each is loaded and stored once. */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { addEvent } from "./add_event.ts";
import { Aggregate } from "./aggregate.ts";
import { decodeAggregate, encodeAggregate } from "./aggregate_codec.ts";
import { judge } from "./behaviour.ts";
import { readFactValues } from "./fact_reader.ts";
import { type Facts, factsOf, NO_FACTS, type Place } from "./facts.ts";
import { MarkWriter } from "./mark_writer.ts";
import { forEachChange } from "./marks.ts";
import { readPlace } from "./place.ts";
import { riskOf } from "./risk.ts";
import type { Window } from "./window.ts";

/** Sets of facts whose meaning is remembered. */
const MAX_FACTS = 8192;

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
      for (const event of events) {
        const place = reader.placeOf(event);
        addEvent(aggregate, source, window.timeAt(event), place, reader.factsOf(event, place));
      }
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
    const { behaviour } = judge(aggregate);
    const { first, last } = aggregate.span;
    const summary = [
      ...[first, last, aggregate.own.count, aggregate.deckies.size],
      ...[riskOf(aggregate, behaviour.class).score, behaviour.class, run],
    ];
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

/** Gives the numbers of a window their meaning, each once. */
class WindowReader {
  readonly #window: Window;
  readonly #places: (Place | undefined)[] = [];
  /** By set of facts and the kind of place, which few have more than one of. */
  readonly #facts = new Map<number, { readonly place: string; readonly facts: Facts }>();

  constructor(window: Window) {
    this.#window = window;
  }

  placeOf(event: number): Place {
    const number = this.#window.placeOf(event);
    return this.#places[number] ??= readPlace(this.#window.placeAt(number));
  }

  factsOf(event: number, place: Place): Facts {
    const number = this.#window.factsOf(event);
    const known = this.#facts.get(number);
    // What fields mean hangs on the type of the event and on who wrote it, not on the decoy.
    const kind = place.speaker + place.eventType;
    if (known !== undefined && known.place === kind) return known.facts;
    const bytes = this.#window.factsAt(number);
    if (bytes.length === 0 && place.meaning.phase !== "access") return NO_FACTS;
    const facts = factsOf(place, readFactValues(bytes));
    if (this.#facts.size >= MAX_FACTS) this.#facts.clear();
    this.#facts.set(number, { place: kind, facts });
    return facts;
  }
}
