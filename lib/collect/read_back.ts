/** What the output holds already of lines that come again after a crash. */
import type { Json } from "../store/state_store.ts";
import { idTail } from "./line_id.ts";
import { type BagEntry, TextBag } from "./text_bag.ts";

/** How to begin. */
export interface ReadBackOptions {
  /** Each line is looked for, because the last cursor is lost, or what the files held at it. */
  readonly isWhole: boolean;
  /** What an earlier run had not found again, see {@linkcode ReadBack.toJson}. */
  readonly rest?: ReadBackRest | undefined;
}

/** What has not come again so far. */
export interface ReadBackRest {
  readonly key: readonly [number, number];
  readonly isWhole: boolean;
  readonly lines: readonly BagEntry[];
  readonly events: readonly BagEntry[];
}

/**
 * The lines and the events that were written behind the last stored cursor. Those of one stream were
 * written in the order in which they come again, so that of a stream the first line that is not there ends
 * the matter, unless the cursor was lost.
 */
export class ReadBack {
  readonly #key: Int32Array;
  readonly #lines: TextBag;
  readonly #events: TextBag;
  #isWhole: boolean;
  readonly #done = new Set<string>();

  constructor({ isWhole, rest }: ReadBackOptions) {
    this.#key = rest === undefined
      ? crypto.getRandomValues(new Int32Array(2))
      : Int32Array.from(rest.key);
    this.#isWhole = isWhole || rest?.isWhole === true;
    this.#lines = new TextBag(this.#key);
    this.#events = new TextBag(this.#key);
    this.#lines.restore(rest?.lines ?? []);
    this.#events.restore(rest?.events ?? []);
  }

  /** Lines and events that have not come again. */
  get size(): number {
    return this.#lines.size + this.#events.size;
  }

  /** Looks for each line from now on: those that are there need not be the first of their stream. */
  lookForEach(): void {
    this.#isWhole = true;
  }

  /** Adds a line of `BASE.log`. */
  addLine(line: string): void {
    this.#lines.add(line);
  }

  /** Adds the id of an event in `BASE.json`. */
  addEvent(id: string): void {
    this.#events.add(idTail(id));
  }

  /** True when `BASE.log` holds the line of the stream `key`; it is taken out. */
  takeLine(key: string, line: string): boolean {
    if (this.#done.has(key)) return false;
    const isThere = this.#lines.take(line);
    if (!isThere && !this.#isWhole) this.#done.add(key);
    return isThere;
  }

  /** True when `BASE.json` holds the event; it is taken out. */
  takeEvent(id: string): boolean {
    // An id says for certain what it is of, and a loss of power may leave more of this file.
    return this.#events.take(idTail(id));
  }

  /** What has not come again, to be stored with a cursor that is behind it; undefined when all has. */
  rest(): ReadBackRest | undefined {
    if (this.size === 0) return undefined;
    return {
      key: [this.#key[0]!, this.#key[1]!],
      isWhole: this.#isWhole,
      lines: this.#lines.entries(),
      events: this.#events.entries(),
    };
  }
}

/** The rest as a value to be stored. */
export function restJson({ key, isWhole, lines, events }: ReadBackRest): Json {
  return { key, isWhole, lines: lines.flat(), events: events.flat() };
}

/** The rest that was stored as `value`; undefined when it is none. */
export function parseRest(value: unknown): ReadBackRest | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { key, isWhole, lines, events } = value as Readonly<Record<string, unknown>>;
  if (!areNumbers(key) || key.length !== 2 || typeof isWhole !== "boolean") return undefined;
  if (!areNumbers(lines) || !areNumbers(events)) return undefined;
  return {
    key: [key[0]!, key[1]!],
    isWhole,
    lines: entriesOf(lines),
    events: entriesOf(events),
  };
}

function areNumbers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every(Number.isSafeInteger);
}

function entriesOf(numbers: readonly number[]): BagEntry[] {
  const entries: BagEntry[] = [];
  for (let index = 0; index + 2 < numbers.length; index += 3) {
    entries.push([numbers[index]!, numbers[index + 1]!, Math.max(0, numbers[index + 2]!)]);
  }
  return entries;
}
