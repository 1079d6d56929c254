/** Brings what is new in a log into the profile store. */
import { isBusAddress } from "../bus/bus_address.ts";
import { readBusLog } from "../bus/lazy_bus_log.ts";
import { busLogName } from "../bus/stream_name.ts";
import { BEGINNING, type LogCursor } from "../log/cursor.ts";
import type { LogItem, LogNotice } from "../log/item.ts";
import { forEachLine } from "../log/lines.ts";
import { readLog, type ReadLogOptions } from "../log/read_log.ts";
import { readLogStream } from "../log/read_stream.ts";
import type { IngestWatch } from "./ingest_watch.ts";
import { inputName, type Partition } from "./partition.ts";
import type { LineCounts, ProfileStore, SourceState } from "./profile_store.ts";
import { Window } from "./window.ts";

/** The name of standard input among the inputs. */
export const STDIN = "-";

/** What reading works with. */
export interface IngestOptions {
  readonly store: ProfileStore;
  /** Hears of rotation, gaps and errors. */
  readonly onNotice: (path: string, notice: LogNotice) => void;
  readonly signal?: AbortSignal | undefined;
  /** Whose events are read; undefined for all attackers. */
  readonly partition?: Partition | undefined;
  /** Told after each commit: lines of this run so far. */
  readonly onProgress?: (lines: number) => void;
  /** Hear of what is read. */
  readonly watchers?: readonly IngestWatch[] | undefined;
  /** Tells the watchers where lines of a hub come from. */
  readonly traced?: boolean;
  /** For tests. */
  readonly read?: Pick<ReadLogOptions, "files" | "timing" | "settle">;
  /** Events of a window; for tests. @default {2,000,000} */
  readonly maxEvents?: number;
}

/** Reads logs into a store, one after the other. */
export class Ingest {
  readonly #options: IngestOptions;
  readonly #window: Window;
  #lines = 0;

  constructor(options: IngestOptions) {
    this.#options = options;
    this.#window = new Window(options.partition);
  }

  /**
   * Reads what is new in the log at `path`, which means the same log in every run, with its rotated files;
   * or in the stream at the address of a hub.
   *
   * @returns lines by what became of them
   * @throws {StateError} when the store cannot be read or written; the next call goes on all the same
   */
  async readLog(path: string): Promise<LineCounts> {
    const { signal, read, traced } = this.#options;
    const isBus = isBusAddress(path);
    const name = isBus ? busLogName(path) : path;
    const source = await this.#source(name);
    const start = { at: "cursor", cursor: source.cursor ?? BEGINNING } as const;
    const items = isBus
      ? readBusLog(path, { name: "decnet profile", start, signal, traced })
      : readLog(path, { ...read, start, signal });
    return await this.#take(name, source, items);
  }

  /** Reads a stream, which has no places: what is given twice counts twice. @throws {StateError} */
  async readStream(chunks: AsyncIterable<Uint8Array>): Promise<LineCounts> {
    return await this.#take(STDIN, await this.#source(STDIN), readLogStream(chunks));
  }

  #source(name: string): Promise<SourceState> {
    const { store, partition } = this.#options;
    return store.source(inputName(name, partition));
  }

  async #take(
    name: string,
    first: SourceState,
    items: AsyncIterable<LogItem>,
  ): Promise<LineCounts> {
    const { store, onNotice, signal, onProgress, maxEvents = Infinity } = this.#options;
    const { watchers = [] } = this.#options;
    const window = this.#window;
    window.clear();
    const total = noLines();
    let counts = noLines();
    let source = first;
    let { cursor } = source;
    for (const watcher of watchers) watcher.begins(name, cursor);
    const commit = async () => {
      if (counts.lines === 0 && JSON.stringify(cursor) === JSON.stringify(source.cursor)) {
        // Names of other workers' attackers fill it, too.
        window.clear();
        return;
      }
      source = await store.commit(source, window, cursor, counts);
      for (const watcher of watchers) watcher.committed(name, cursor, counts, window.attackers);
      addLines(total, counts);
      this.#lines += counts.lines;
      onProgress?.(this.#lines);
      window.clear();
      counts = noLines();
    };
    for await (const item of items) {
      if (item.kind === "caught_up") cursor = item.cursor;
      if (item.kind !== "chunk") {
        onNotice(name, item);
        continue;
      }
      for (const watcher of watchers) watcher.reads(name, item);
      const { bytes, end } = item;
      const placeOf = (stop: number): LogCursor | undefined =>
        name === STDIN ? undefined : item.cursorAt(stop);
      const isOver = () => window.isFull || window.size >= maxEvents;
      const take = (start: number, stop: number) => {
        const outcome = window.add(bytes, start, stop);
        if (outcome === "elsewhere") return !isOver();
        counts.lines++;
        counts[outcome === "event" ? "events" : outcome]++;
        return !isOver();
      };
      let stop = forEachLine(bytes, end, take);
      while (isOver()) {
        cursor = placeOf(stop);
        await commit();
        stop = forEachLine(bytes, end, take, stop);
      }
      cursor = placeOf(end);
      if (signal?.aborted === true) break;
    }
    await commit();
    return total;
  }
}

/** Counts of no lines. */
export function noLines(): LineCounts {
  return { lines: 0, events: 0, malformed: 0, no_attacker: 0, own: 0 };
}

/** Adds `more` to `counts`. */
export function addLines(counts: LineCounts, more: Readonly<LineCounts>): void {
  counts.lines += more.lines;
  counts.events += more.events;
  counts.malformed += more.malformed;
  counts.no_attacker += more.no_attacker;
  counts.own += more.own;
}
