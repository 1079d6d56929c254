/** Writes marks in the order of their index, so that it grows along its leaves. */
import type { DatabaseSync, StatementSync } from "node:sqlite";

/** Rows that one statement takes: a call costs more than a row. */
const ROWS = 64;

/** Marks that wait at most. */
const MAX_WAITING = 2 ** 18;

/** What a mark is divided by for an order that is good enough, with its place behind it. */
const COARSE = 2 ** 24;

/** Adds marks to the index, and takes them out. */
export class MarkWriter {
  readonly #insertMany: StatementSync;
  readonly #insert: StatementSync;
  readonly #delete: StatementSync;
  readonly #marks = new Float64Array(MAX_WAITING);
  readonly #attackers = new Float64Array(MAX_WAITING);
  #size = 0;

  constructor(database: DatabaseSync) {
    const row = "(?, ?)";
    const head = "INSERT OR IGNORE INTO mark (mark, attacker) VALUES ";
    this.#insert = database.prepare(head + row);
    this.#insertMany = database.prepare(head + Array(ROWS).fill(row).join(", "));
    this.#delete = database.prepare("DELETE FROM mark WHERE mark = ? AND attacker = ?");
  }

  /** Adds a mark; it may wait for {@linkcode MarkWriter.flush}. */
  add(mark: number, attacker: number): void {
    this.#marks[this.#size] = mark;
    this.#attackers[this.#size] = attacker;
    if (++this.#size === MAX_WAITING) this.flush();
  }

  /** Takes out a mark that is not waiting. */
  remove(mark: number, attacker: number): void {
    this.#delete.run(mark, attacker);
  }

  /** Forgets what waits: the transaction has failed. */
  reset(): void {
    this.#size = 0;
  }

  /** Writes what waits. */
  flush(): void {
    const size = this.#size;
    this.#size = 0;
    const order = new Float64Array(size);
    for (let at = 0; at < size; at++) {
      order[at] = Math.floor(this.#marks[at]! / COARSE) * MAX_WAITING + at;
    }
    order.sort();
    let values: number[] = [];
    for (const place of order) {
      const at = place % MAX_WAITING;
      values.push(this.#marks[at]!, this.#attackers[at]!);
      if (values.length < 2 * ROWS) continue;
      this.#insertMany.run(...values);
      values = [];
    }
    for (let at = 0; at < values.length; at += 2) this.#insert.run(values[at]!, values[at + 1]!);
  }
}
