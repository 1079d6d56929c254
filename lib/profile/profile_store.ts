/** The profiles of all attackers, wherever they are kept. */
import type { LogCursor } from "../log/cursor.ts";
import type { Aggregate } from "./aggregate.ts";
import type { Window } from "./window.ts";

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

/** A value in a question. */
export type SqlValue = number | string;

/** A row of an answer, by column; numbers are numbers. */
export type StoreRow = Readonly<Record<string, unknown>>;

/** An attacker with events that nobody has been told of. */
export interface AttackerNews {
  readonly address: string;
  readonly aggregate: Aggregate;
  readonly deckies: number;
  /** Decoys of which was told before. */
  readonly toldDeckies: number;
}

/** A store of profiles. Several processes may use one at a time. */
export interface ProfileStore extends AsyncDisposable {
  /** The input `path`, with what is known of it. @throws {StateError} */
  source(path: string): Promise<SourceState>;

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
  ): Promise<SourceState>;

  /** Begins a run: what it changes can be told from what was changed before. */
  beginRun(): void;

  /** Number of this run, once it has changed anything. */
  readonly run: number | undefined;

  /**
   * Asks a question.
   *
   * @param sql in what SQLite and PostgreSQL have in common, a `?` for each of `values`
   * @throws {StateError}
   */
  rows(sql: string, ...values: SqlValue[]): Promise<StoreRow[]>;

  /** How many attackers it is best to load together: what lives longer than a moment costs memory. */
  readonly group: number;

  /** The aggregates of the attackers with these numbers, in their order. @throws {StateError} */
  aggregates(ids: readonly number[]): Promise<Aggregate[]>;

  /**
   * A function that tells how many attackers have a mark.
   *
   * @param marks for which it will be asked; read only where asking one by one is dear
   * @param most beyond which nobody counts on
   * @throws {StateError} also the function
   */
  markCounter(marks: Iterable<number>, most: number): Promise<(mark: number) => number>;

  /**
   * Calls `tell` with some attackers that there is news of, and remembers that it was told once `tell` is
   * through: after a failure they are told again.
   *
   * @param after the attacker with this number; 0 for all
   * @param limit attackers at a time
   * @returns number of the last one; undefined when there is no news
   * @throws {StateError} and whatever `tell` throws
   */
  takeNews(
    after: number,
    limit: number,
    tell: (news: readonly AttackerNews[]) => void,
  ): Promise<number | undefined>;
}
