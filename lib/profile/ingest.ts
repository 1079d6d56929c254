/** Brings what is new in a log into the profile store. */
import { isBusAddress } from "../bus/bus_address.ts";
import { busLogName, readBusLog } from "../bus/bus_log.ts";
import { BEGINNING, type LogCursor } from "../log/cursor.ts";
import type { LogItem, LogNotice } from "../log/item.ts";
import { forEachLine } from "../log/lines.ts";
import { readLog, type ReadLogOptions } from "../log/read_log.ts";
import { readLogStream } from "../log/read_stream.ts";
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
  /** Told after each commit: lines of this run so far. */
  readonly onProgress?: (lines: number) => void;
  /** For tests. */
  readonly read?: Pick<ReadLogOptions, "files" | "timing" | "settle">;
  /** Events of a window; for tests. @default {2,000,000} */
  readonly maxEvents?: number;
}

/** Reads logs into a store, one after the other. */
export class Ingest {
  readonly #options: IngestOptions;
  readonly #window = new Window();
  #lines = 0;

  constructor(options: IngestOptions) {
    this.#options = options;
  }

  /**
   * Reads what is new in the log at `path`, which means the same log in every run, with its rotated files;
   * or in the stream at the address of a hub.
   *
   * @returns lines by what became of them
   * @throws {StateError} when the store cannot be read or written; the next call goes on all the same
   */
  async readLog(path: string): Promise<LineCounts> {
    const { store, signal, read } = this.#options;
    const isBus = isBusAddress(path);
    const source = store.source(isBus ? busLogName(path) : path);
    const start = { at: "cursor", cursor: source.cursor ?? BEGINNING } as const;
    const items = isBus
      ? readBusLog(path, { name: "decnet profile", start, signal })
      : readLog(path, { ...read, start, signal });
    return await this.#take(source, items);
  }

  /** Reads a stream, which has no places: what is given twice counts twice. @throws {StateError} */
  async readStream(chunks: AsyncIterable<Uint8Array>): Promise<LineCounts> {
    return await this.#take(this.#options.store.source(STDIN), readLogStream(chunks));
  }

  async #take(first: SourceState, items: AsyncIterable<LogItem>): Promise<LineCounts> {
    const { store, onNotice, signal, onProgress, maxEvents = Infinity } = this.#options;
    const window = this.#window;
    window.clear();
    const total = noLines();
    let counts = noLines();
    let source = first;
    let { cursor } = source;
    const commit = () => {
      if (counts.lines === 0 && JSON.stringify(cursor) === JSON.stringify(source.cursor)) return;
      source = store.commit(source, window, cursor, counts);
      addLines(total, counts);
      this.#lines += counts.lines;
      onProgress?.(this.#lines);
      window.clear();
      counts = noLines();
    };
    for await (const item of items) {
      if (item.kind === "caught_up") cursor = item.cursor;
      if (item.kind !== "chunk") {
        onNotice(first.path, item);
        continue;
      }
      const { bytes, end } = item;
      const placeOf = (stop: number): LogCursor | undefined =>
        first.path === STDIN ? undefined : item.cursorAt(stop);
      forEachLine(bytes, end, (start, stop) => {
        counts.lines++;
        const outcome = window.add(bytes, start, stop);
        counts[outcome === "event" ? "events" : outcome]++;
        if (!window.isFull && window.size < maxEvents) return;
        cursor = placeOf(stop + 1);
        commit();
      });
      cursor = placeOf(end);
      if (signal?.aborted === true) break;
    }
    commit();
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
