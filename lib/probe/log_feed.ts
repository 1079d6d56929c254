/** Brings the targets of a log into the schedule, from where the last run has come to. */
import { isBusAddress } from "../bus/bus_address.ts";
import { readBusLog } from "../bus/lazy_bus_log.ts";
import { busLogName } from "../bus/stream_name.ts";
import { BEGINNING, type LogCursor, parseLogCursor, startCursor } from "../log/cursor.ts";
import { listGenerations } from "../log/generations.ts";
import type { LogNotice } from "../log/item.ts";
import { forEachLine } from "../log/lines.ts";
import { signaturesBefore } from "../log/locate.ts";
import { LogFileError, REAL_FILES } from "../log/log_files.ts";
import { readLog, type ReadLogOptions } from "../log/read_log.ts";
import { DEFAULT_MAX_LINE } from "../log/source.ts";
import { type StateStore, updateState } from "../store/state_store.ts";
import type { Tracing } from "../trace/tracing.ts";
import { type Clock, REAL_CLOCK } from "./clock.ts";
import { readTarget } from "./log_targets.ts";
import type { Schedule } from "./schedule.ts";

const PREFIX = "cursor/probe/";

/** How much reading a run that is killed may have to do again. */
const SAVE_EVERY_MS = 1000;

/** Share of the time that saving may take: of an endless crowd most are forgotten before they are saved. */
const SAVE_SHARE = 0.1;

/** What a pass over a log found. */
export interface FeedCounts {
  readonly lines: number;
  /** Lines that are events of anybody. */
  readonly events: number;
  /** Events that name somebody to probe. */
  readonly sightings: number;
}

/** What a feed works with. */
export interface LogFeedOptions {
  readonly store: StateStore;
  /** Hears of rotation, gaps and errors. */
  readonly onNotice: (path: string, notice: LogNotice) => void;
  readonly signal?: AbortSignal | undefined;
  readonly clock?: Clock;
  /** Undefined where work is not traced. */
  readonly tracing?: Tracing | undefined;
  /** For tests. */
  readonly read?: Pick<ReadLogOptions, "files" | "timing" | "settle">;
}

/** The log at one path. */
export class LogFeed {
  readonly path: string;
  /** For messages, and to remember the place by: a path, or an address without its secrets. */
  readonly name: string;
  readonly #options: LogFeedOptions;
  readonly #clock: Clock;
  /** Where reading goes on, also while the store does not take it. */
  #cursor: LogCursor | undefined;
  /** As it stands in the store. */
  #saved = "";

  /** @param path absolute, so that it means the same log in every run; or the address of a hub */
  constructor(path: string, options: LogFeedOptions) {
    this.path = path;
    this.name = isBusAddress(path) ? busLogName(path) : path;
    this.#options = options;
    this.#clock = options.clock ?? REAL_CLOCK;
  }

  /**
   * Reads what is new.
   *
   * @param since milliseconds since the epoch; who was last seen before is left in peace
   * @throws {StateError} when the store cannot be read or written; the next call goes on all the same
   */
  async read(schedule: Schedule, since: number): Promise<FeedCounts> {
    const { onNotice, signal, read, tracing } = this.#options;
    const traced = tracing !== undefined;
    this.#cursor ??= await this.#storedCursor() ?? await this.#firstCursor(since);
    const start = { at: "cursor", cursor: this.#cursor } as const;
    const decoder = new TextDecoder();
    const counts = { lines: 0, events: 0, sightings: 0 };
    let saveAt = this.#clock.now() + SAVE_EVERY_MS;
    const items = isBusAddress(this.path)
      ? readBusLog(this.path, { name: "decnet probe", start, signal, traced })
      : readLog(this.path, { ...read, start, signal });
    for await (const item of items) {
      if (item.kind === "caught_up") this.#cursor = item.cursor;
      if (item.kind !== "chunk") {
        onNotice(this.name, item);
        continue;
      }
      const span = tracing?.start("probe.read", { log: this.name }, { origins: item.origins });
      const before = span && { ...counts };
      forEachLine(item.bytes, item.end, (from, to) => {
        counts.lines++;
        const target = readTarget(decoder.decode(item.bytes.subarray(from, to)));
        if (target === "no_event") return;
        counts.events++;
        if (target === "nobody") return;
        counts.sightings++;
        if (target.at >= since) schedule.seen(target.address, target.at);
      });
      if (before !== undefined) span?.setAttributes(addedSince(before, counts));
      span?.end();
      this.#cursor = item.cursorAt(item.end);
      const readAt = this.#clock.now();
      if (readAt < saveAt) continue;
      await this.#save(schedule);
      const after = this.#clock.now();
      saveAt = after + Math.max(SAVE_EVERY_MS, (after - readAt) / SAVE_SHARE);
    }
    await this.#save(schedule);
    return counts;
  }

  /** Targets first: a run that dies between the two sees their lines again, which does no harm. */
  async #save(schedule: Schedule): Promise<void> {
    const { store, signal } = this.#options;
    const cursor = this.#cursor;
    const text = JSON.stringify(cursor);
    if (text === this.#saved || !(await schedule.flush(signal))) return;
    await updateState(store, PREFIX + this.name, () => cursor);
    this.#saved = text;
  }

  async #storedCursor(): Promise<LogCursor | undefined> {
    return parseLogCursor((await this.#options.store.get(PREFIX + this.name))?.value);
  }

  /** Before the first file that was written to since: months of rotated files hold nobody to probe. */
  async #firstCursor(since: number): Promise<LogCursor> {
    if (isBusAddress(this.path)) return BEGINNING;
    const options = { files: this.#options.read?.files ?? REAL_FILES, maxLine: DEFAULT_MAX_LINE };
    try {
      const { files } = listGenerations(options.files, this.path);
      const index = files.findIndex(({ isLive, modified }) => isLive || modified >= since);
      if (index <= 0) return BEGINNING;
      const { dev, ino } = files[index]!;
      return startCursor({ dev, ino, before: await signaturesBefore(files, index, options) });
    } catch (error) {
      // Reading runs into the same, and tells of it.
      if (error instanceof LogFileError) return BEGINNING;
      throw error;
    }
  }
}

function addedSince(before: FeedCounts, now: FeedCounts): { lines: number; sightings: number } {
  return { lines: now.lines - before.lines, sightings: now.sightings - before.sightings };
}
