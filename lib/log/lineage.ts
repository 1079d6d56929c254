/** What comes before and after the file that is being read, whatever the files are called by now. */
import { equalBytes } from "../bytes.ts";
import type { LogCursor } from "./cursor.ts";
import { type Generation, hasStayed, isUnchanged, listGenerations } from "./generations.ts";
import { filesFrom, findPlace, type FoundPlace, hasHead } from "./locate.ts";
import { type FileIdentity, isSameFile, type LogFileError } from "./log_files.ts";
import { moved, openAtCursor, openAtStart, type OpenOptions, readHead } from "./open_generation.ts";
import type { LogSource } from "./source.ts";

/** The files behind another one. */
export interface Successors {
  readonly files: readonly Generation[];
  /** False when there may have been others between it and them. */
  readonly isComplete: boolean;
}

/** The files of one log, as its reader sees them. Methods throw {@linkcode LogFileError}. */
export class Lineage {
  readonly #path: string;
  readonly #options: OpenOptions;
  readonly #onError: (error: LogFileError) => void;
  #listed: readonly Generation[] = [];
  /** Files that were read, or not wanted, when the present one was opened. */
  #older: readonly Generation[] = [];
  /** The rotated file that holds what the present one held, if no name leads there any more. */
  #copy: Generation | undefined;
  /** The unread file that was gone back to last. */
  #preceding: Generation | undefined;

  /** @param onError is told when rotated files cannot be looked for */
  constructor(path: string, options: OpenOptions, onError: (error: LogFileError) => void) {
    this.#path = path;
    this.#options = options;
    this.#onError = onError;
  }

  /** All files, the oldest first; as {@linkcode listGenerations}. */
  list(): readonly Generation[] {
    const { files, error } = listGenerations(this.#options.files, this.#path);
    if (error !== undefined) this.#onError(error);
    this.#listed = files;
    return files;
  }

  /**
   * To be called when a file of the last list is read from now on.
   *
   * @param copy that was left unread for it
   */
  enter(copy: FileIdentity | undefined): void {
    this.#older = this.#listed.filter((file) => copy === undefined || !isSameFile(file, copy));
    this.#copy = undefined;
  }

  /** True when the log's path leads to `file`. */
  isLive(file: FileIdentity): boolean {
    const facts = this.#options.files.facts(this.#path);
    return facts !== undefined && isSameFile(facts, file);
  }

  /**
   * As {@linkcode findPlace}. Fails as for a file that was moved, rather than to find nothing for the
   * reason that one was moved meanwhile.
   */
  async findPlace(generations: readonly Generation[], cursor: LogCursor): Promise<FoundPlace> {
    const found = await findPlace(generations, cursor, this.#options);
    if (found.source === undefined && !hasStayed(generations, this.list())) {
      throw moved(this.#path);
    }
    return found;
  }

  /**
   * True when a file that has not been read has come before `source`, of which nothing has been read either:
   * it was copied and emptied meanwhile, and holds no place by which that could be noticed.
   */
  async isPreceded(source: LogSource): Promise<boolean> {
    if (source.isSealed) return false;
    const known = [...this.#older, ...this.#preceding === undefined ? [] : [this.#preceding]];
    const generations = this.list();
    const index = generations.findIndex((file) => isSameFile(file, source));
    const last = generations.slice(0, index < 0 ? undefined : index)
      .findLast(({ size, isLive }) => size > 0 && !isLive);
    if (last === undefined || known.some((file) => isUnchanged(file, last))) return false;
    const before = source.place.origin.before?.[0];
    if (before !== undefined && await hasHead(last, before, this.#options)) return false;
    // It need not be readable, so it is not gone back to twice.
    this.#preceding = last;
    return true;
  }

  /**
   * Opens the live file, where `source` ends, if that is a copy of it that a rotator is still making.
   *
   * @param wasLive it was written to itself: renamed it is no copy, even if the next file begins as it does
   */
  async openOriginal(source: LogSource, wasLive: boolean): Promise<LogSource | undefined> {
    const files = this.list();
    const live = files.at(-1);
    if (live?.isLive !== true) return undefined;
    if (wasLive && files.some((file) => isSameFile(file, source))) return undefined;
    if (!source.place.isBlank) {
      const match = await openAtCursor(live, source.place.cursor(), this.#options);
      return match.kind === "place" ? match.source : undefined;
    }
    const head = source.head();
    if (head.length === 0 || live.size < source.size()) return undefined;
    const original = await readHead(live, this.#options);
    if (!equalBytes(head, original.subarray(0, head.length))) return undefined;
    return openAtStart(live, source.place.origin.before, this.#options);
  }

  /** The files that come after `source`, the oldest first. */
  async behind(source: LogSource): Promise<Successors> {
    const generations = this.list();
    const cursor = source.place.cursor();
    const index = await this.#indexOf(source, generations);
    if (index >= 0) return { files: generations.slice(index + 1), isComplete: true };
    const { files, isCertain } = await filesFrom(generations, cursor, this.#options);
    const isNextKnown = isCertain && cursor.before?.length !== 0;
    return { files, isComplete: isNextKnown || files.every(({ isLive }) => isLive) };
  }

  async #indexOf(source: LogSource, generations: readonly Generation[]): Promise<number> {
    const copy = this.#copy;
    const index = generations.findIndex((file) =>
      isSameFile(file, source) || copy !== undefined && isUnchanged(copy, file)
    );
    if (index >= 0) return index;
    const found = await this.findPlace(generations, source.place.cursor());
    found.source?.close();
    const other = found.source ?? found.passed?.generation;
    const otherIndex = generations.findIndex((file) => other && isSameFile(file, other));
    this.#copy = generations[otherIndex];
    return otherIndex;
  }
}
