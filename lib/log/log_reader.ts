/** Decides what is read next of a log: the step after every look at its files. */
import { DecompressionError } from "../net/capture_decompress.ts";
import { type LogCursor, MAX_BEFORE, startCursor } from "./cursor.ts";
import type { Generation } from "./generations.ts";
import { dueHalfLine, type HalfLines, passRest } from "./half_line.ts";
import { LogChunk, type LogItem } from "./item.ts";
import { Lineage } from "./lineage.ts";
import { filesFrom, openAnchor, signaturesBefore } from "./locate.ts";
import { type FileIdentity, isSameFile, LogFileError } from "./log_files.ts";
import { Notices } from "./notices.ts";
import {
  isHopeless,
  isMoved,
  isUnreadable,
  openAtStart,
  type OpenOptions,
} from "./open_generation.ts";
import { HEAD_SIZE, type Signature } from "./signature.ts";
import type { LogSource, Reading } from "./source.ts";
import { type LogStart, type LogStartFinder, startingCursor } from "./starting_place.ts";

/** What comes after a step: `wait` for a change, `settle` for a moment; `end`: nothing more to do. */
export type NextStep = "look" | "wait" | "settle" | "end";

/** How a {@linkcode LogReader} reads. */
export interface ReaderOptions extends OpenOptions {
  readonly start: LogStart | LogStartFinder;
  /** Goes on when all has been read. */
  readonly follow: boolean;
  /** Milliseconds since its last change after which a rotated file counts as complete. */
  readonly settle: number;
  readonly halfLines?: HalfLines | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Steps in a row that may fail because files were renamed meanwhile. */
const MAX_MOVES = 16;

/** Codes of a path that is no log at all. */
const NO_LOG: ReadonlySet<string> = new Set(["EISDIR", "EINVAL"]);

/** Reads one log. */
export class LogReader {
  readonly #path: string;
  readonly #options: ReaderOptions;
  readonly #notices = new Notices();
  readonly #lineage: Lineage;
  /** A file that is known to have been the live one. */
  readonly #wroteTo: FileIdentity | undefined;
  /** The file that is being read. */
  #source: LogSource | undefined;
  /** Where to go on, while there is no file to be read. */
  #wanted: LogCursor | undefined;
  /** Lines that the last step gave: the place moves behind them in the next. */
  #given: { readonly bytes: Uint8Array; readonly length: number } | undefined;
  /** One pass ends at the size that the live file had when it was opened. */
  #limit = Infinity;
  /** True once the file cannot be read any further. */
  #isSpent = false;
  /** True when it is the one that was written to, and no copy of it. */
  #isOriginal = false;
  /** True when a rotated file has been read to its end after its successor was seen. */
  #isQuiet = false;
  #isCaughtUp = false;
  #isMissing = false;
  #moves = 0;

  constructor(path: string, options: ReaderOptions) {
    this.#path = path;
    this.#options = options;
    const { start } = options;
    this.#wroteTo = typeof start !== "function" && start.at === "cursor" && start.wasLive === true
      ? start.cursor
      : undefined;
    const tell = (error: LogFileError) => this.#notices.tellRefused(error, false);
    this.#lineage = new Lineage(path, options, tell);
  }

  /** What the last step gave. */
  takeItems(): LogItem[] {
    return this.#notices.take();
  }

  /** Looks at the files once. Does not throw what the system reports. */
  async step(): Promise<NextStep> {
    try {
      const next = await this.#look();
      this.#moves = 0;
      return next;
    } catch (error) {
      if (!(error instanceof LogFileError)) throw error;
      if (isMoved(error) && ++this.#moves <= MAX_MOVES) return "look";
      const isFinal = !this.#options.follow || NO_LOG.has(error.code);
      this.#notices.tellRefused(error, isFinal);
      return isFinal ? "end" : "wait";
    }
  }

  /** Closes what is open. */
  close(): void {
    this.#source?.close();
    this.#source = undefined;
  }

  async #look(): Promise<NextStep> {
    const given = this.#given;
    this.#given = undefined;
    if (given !== undefined) this.#source?.place.advance(given.bytes, given.length);
    if (this.#source !== undefined) return await this.#read(this.#source);
    this.#wanted ??= await startingCursor(this.#path, this.#options.start, this.#options);
    return await this.#find(this.#wanted);
  }

  async #read(source: LogSource): Promise<NextStep> {
    if (source.place.offset >= this.#limit) return this.#rest();
    if (this.#isSpent) return await this.#atEnd(source);
    const wasBlank = source.place.isBlank;
    const reading = await this.#readOrSpend(source);
    if (reading.kind === "more") return "look";
    if (reading.kind === "end") return await this.#atEnd(source);
    if (wasBlank && await this.#lineage.isPreceded(source)) {
      return this.#lookFor(startCursor(source.place.origin));
    }
    if (reading.kind === "changed") {
      const cursor = source.place.cursor();
      this.#notices.push({ kind: "truncated", path: source.path, cursor });
      return this.#lookFor(cursor);
    }
    this.#isQuiet = false;
    return this.#give(source, reading, false);
  }

  async #readOrSpend(source: LogSource): Promise<Reading> {
    try {
      return await source.read();
    } catch (error) {
      // An open file that is not there any more was deleted by another machine (NFS).
      if (!isHopeless(error) && !isMoved(error)) throw error;
      if (isUnreadable(error) && this.#lineage.isLive(source)) throw error;
      const reason = error instanceof DecompressionError ? "damaged" : "unreadable";
      this.#notices.tellLost(source.path, reason, error);
      this.#isSpent = true;
      return { kind: "more" };
    }
  }

  #give(
    source: LogSource,
    reading: Reading & { readonly kind: "lines" | "skipped" },
    torn: boolean,
  ): NextStep {
    this.#isCaughtUp = false;
    if (reading.kind === "lines") {
      const start = this.#startOfLines(source, reading, torn);
      if (start === reading.end) return "look";
      const bytes = reading.bytes.subarray(start);
      const end = reading.end - start;
      this.#given = { bytes, length: torn ? end - 1 : end };
      this.#notices.push(new LogChunk(source.path, source.place, bytes, end, torn));
    } else {
      this.#notices.push({ ...reading, path: source.path });
    }
    return "look";
  }

  #startOfLines(source: LogSource, reading: Reading & { kind: "lines" }, torn: boolean): number {
    if (this.#options.halfLines === undefined) return 0;
    const { start, notice } = passRest(source, reading, torn);
    if (notice !== undefined) this.#notices.push(notice);
    return start;
  }

  /** Looks for the place that is wanted, or for what comes after it. */
  async #find(wanted: LogCursor): Promise<NextStep> {
    const generations = this.#lineage.list();
    const { source, passed } = await this.#lineage.findPlace(generations, wanted);
    if (source !== undefined) return this.#enter(source);
    if (passed !== undefined) {
      // A copy may lack the last lines that were read: they came while it was made.
      if (passed.isDamaged) this.#notices.tellLost(passed.generation.path, "damaged");
      const files = generations.slice(generations.indexOf(passed.generation) + 1);
      const signature = { size: HEAD_SIZE, hash: wanted.head };
      const before = [signature, ...wanted.before ?? []].slice(0, MAX_BEFORE);
      return this.#goOn(this.#openFirst(files, before));
    }
    const earlier = await openAnchor(generations, wanted, this.#options);
    if (earlier !== undefined) return this.#restart(earlier, wanted, true);
    const { files, isCertain } = await filesFrom(generations, wanted, this.#options);
    const first = generations.length - files.length;
    const before = isCertain
      ? wanted.before
      : await signaturesBefore(generations, first, this.#options);
    const next = this.#openFirst(files, before);
    if (next === undefined) return this.#rest();
    const isGuess = !isCertain && files.length > 1;
    if (wanted.head === "" && !isGuess) return this.#enter(next);
    return this.#restart(next, wanted, isGuess || isSameFile(next, wanted));
  }

  #restart(source: LogSource, cursor: LogCursor, repeats: boolean): NextStep {
    const { path, place: { offset } } = source;
    this.#notices.push({ kind: "restarted", path, offset, cursor, repeats });
    return this.#enter(source);
  }

  /** Leaves the file, for the place of `cursor`. */
  #lookFor(cursor: LogCursor): NextStep {
    this.close();
    this.#wanted = cursor;
    return "look";
  }

  /** The file holds no more: waits for more of it, or goes on with the next. */
  async #atEnd(source: LogSource): Promise<NextStep> {
    if (this.#lineage.isLive(source)) {
      const { halfLines, now } = this.#options;
      const half = halfLines && !this.#isSpent && dueHalfLine(source, halfLines, now());
      if (half) return this.#give(source, half, true);
      if (this.#isSpent && !source.isSealed) this.#lookFor(source.place.cursor());
      return this.#rest();
    }
    const { isBlank } = source.place;
    if (isBlank && await this.#lineage.isPreceded(source)) {
      return this.#lookFor(startCursor(source.place.origin));
    }
    const original = await this.#lineage.openOriginal(source, this.#isOriginal);
    if (original !== undefined) return this.#enter(original, source);
    const { files, isComplete } = await this.#lineage.behind(source);
    // An empty file is not worth leaving this one, which somebody may still write to.
    if (files.every(({ size, isLive }) => isLive && size === 0)) return this.#rest();
    if (!this.#isQuiet && !source.isSealed) {
      this.#isQuiet = true;
      const age = this.#options.now() - source.modified();
      return age >= this.#options.settle ? "look" : "settle";
    }
    // Only now is it known that nobody writes to it any more: a copy is complete.
    if (!this.#isSpent && source.hasGrown()) return "look";
    const torn = this.#isSpent ? undefined : source.rest();
    if (torn?.kind === "lines" || torn?.kind === "skipped") return this.#give(source, torn, true);
    if (torn !== undefined && torn.kind !== "end") return "look";
    if (!isComplete) this.#notices.tellLost(source.path, "removed");
    return this.#goOn(this.#openFirst(files, source.place.passed));
  }

  /** Goes on with the file after the one that was read, if there is one. */
  #goOn(next: LogSource | undefined): NextStep {
    if (next === undefined) return this.#rest();
    this.#notices.push({ kind: "rotated", path: next.path });
    return this.#enter(next);
  }

  /** Opens the first of `files` that can be read. */
  #openFirst(
    files: readonly Generation[],
    before: readonly Signature[] | undefined,
  ): LogSource | undefined {
    for (const generation of files) {
      try {
        return openAtStart(generation, before, this.#options);
      } catch (error) {
        if (!isUnreadable(error) || generation.isLive) throw error;
        this.#notices.tellLost(generation.path, "unreadable", error);
      }
    }
    return undefined;
  }

  /** @param copy of `source` that is left for it */
  #enter(source: LogSource, copy?: LogSource): NextStep {
    this.close();
    this.#source = source;
    this.#lineage.enter(copy);
    const wasLive = source.path === this.#path;
    this.#isOriginal = wasLive || this.#wroteTo !== undefined && isSameFile(source, this.#wroteTo);
    this.#wanted = undefined;
    this.#isSpent = false;
    this.#isQuiet = false;
    this.#isCaughtUp = false;
    const isLive = wasLive && !source.isSealed;
    this.#limit = isLive && !this.#options.follow ? source.size() : Infinity;
    return "look";
  }

  /** There is nothing to do until something changes. */
  #rest(): NextStep {
    const { follow, files } = this.#options;
    this.#isQuiet = false;
    const wasMissing = this.#isMissing;
    this.#isMissing = files.facts(this.#path) === undefined;
    if (this.#isMissing && !wasMissing) this.#notices.push({ kind: "missing", path: this.#path });
    const cursor = this.#source?.place.cursor() ?? this.#wanted;
    if (cursor !== undefined && !this.#isCaughtUp) {
      this.#notices.push({ kind: "caught_up", cursor });
    }
    this.#isCaughtUp = true;
    return follow ? "wait" : "end";
  }
}
