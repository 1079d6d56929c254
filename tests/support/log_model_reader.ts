/** A reader of a log that commits now and then, is killed, and goes on from what it has committed. */
import assert from "node:assert/strict";
import { type LogCursor, parseLogCursor } from "../../lib/log/cursor.ts";
import type { LogChunk, LogItem } from "../../lib/log/item.ts";
import { forEachLine } from "../../lib/log/lines.ts";
import type { LogFile, LogFiles } from "../../lib/log/log_files.ts";
import type { LogTiming } from "../../lib/log/log_watch.ts";
import { readLog } from "../../lib/log/read_log.ts";
import type { LogWorld } from "./log_world.ts";

/** Bytes of a line that a reader takes. */
export const MODEL_MAX_LINE = 200;

const WAITING = Symbol("waiting");

const decoder = new TextDecoder();

/** One reader. */
export class ModelReader {
  /** Lines that are done with, in their order. */
  readonly committed: string[] = [];
  /** Lines that were lost before the reader had committed them. */
  readonly excused = new Set<string>();
  /** Kinds of the notices that came. */
  readonly notices: string[] = [];
  readonly #world: LogWorld;
  readonly #follow: boolean;
  readonly #files: LogFiles;
  #cursor: LogCursor | undefined;
  #tentative: string[] = [];
  #items: AsyncGenerator<LogItem, void> | undefined;
  #pending: Promise<IteratorResult<LogItem, void>> | undefined;
  #stop = new AbortController();
  #wake = () => {};
  #onWaiting = () => {};

  /** @param files what the reader sees of the world */
  constructor(world: LogWorld, follow: boolean, files: LogFiles) {
    this.#world = world;
    this.#follow = follow;
    this.#files = files;
  }

  /** Reads up to so many items, or until there is nothing more. */
  async read(count: number): Promise<void> {
    this.#items ??= this.#start();
    for (let left = count; left > 0; left--) {
      const waiting = new Promise<typeof WAITING>((resolve) => {
        this.#onWaiting = () => resolve(WAITING);
      });
      this.#wake();
      this.#pending ??= this.#items.next();
      const result = await Promise.race([this.#pending, waiting]);
      if (result === WAITING) return;
      this.#pending = undefined;
      if (result.done) {
        this.#items = undefined;
        this.#tentative = [];
        return;
      }
      this.#take(result.value);
    }
  }

  /** Is told of lines that nobody can read any more who has not read them. */
  excuse(lines: readonly string[]): void {
    const done = new Set(this.committed);
    for (const line of lines) if (!done.has(line)) this.excused.add(line);
  }

  /** Ends at once; what was not committed has not happened. */
  async kill(): Promise<void> {
    this.#stop.abort();
    this.#wake();
    await this.#pending;
    await this.#items?.return();
    this.#items = undefined;
    this.#pending = undefined;
    this.#tentative = [];
    this.#stop = new AbortController();
  }

  #start(): AsyncGenerator<LogItem, void> {
    const timing: LogTiming = {
      // Every rotated file counts as just changed.
      now: () => 0,
      sleep: () => Promise.resolve(this.#world.settle()),
      watch: () => ({ changed: () => this.#changed(), close: () => {} }),
    };
    return readLog(this.#world.path, {
      start: this.#cursor === undefined
        ? { at: "start", rotated: true }
        : { at: "cursor", cursor: this.#cursor },
      follow: this.#follow,
      signal: this.#stop.signal,
      maxLine: MODEL_MAX_LINE,
      files: this.#files,
      timing,
    });
  }

  #changed(): Promise<void> {
    if (this.#stop.signal.aborted) return Promise.resolve();
    this.#onWaiting();
    return new Promise((resolve) => this.#wake = resolve);
  }

  #take(item: LogItem): void {
    if (item.kind === "chunk") return this.#takeChunk(item);
    this.notices.push(item.kind);
    if (item.kind === "caught_up") this.#commit(item.cursor);
  }

  #takeChunk(chunk: LogChunk): void {
    forEachLine(chunk.bytes, chunk.end, (start, stop) => {
      this.#tentative.push(decoder.decode(chunk.bytes.subarray(start, stop)));
      if (this.#world.random.chance(0.1)) this.#commit(chunk.cursorAt(stop + 1));
    });
  }

  #commit(cursor: LogCursor): void {
    // As it is stored: nothing but JSON comes back.
    this.#cursor = parseLogCursor(JSON.parse(JSON.stringify(cursor)));
    assert.deepEqual(this.#cursor, cursor);
    this.committed.push(...this.#tentative);
    this.#tentative = [];
  }
}

/** `files`, in which something may happen before any call. */
export function disturbedFiles(files: LogFiles, disturb: () => void): LogFiles {
  const first = <A extends unknown[], R>(action: (...args: A) => R) => (...args: A): R => {
    disturb();
    return action(...args);
  };
  return {
    facts: first(files.facts),
    names: first(files.names),
    realPath: files.realPath,
    open: first((path): LogFile => {
      const file = files.open(path);
      return {
        read: first((bytes, position) => file.read(bytes, position)),
        facts: first(() => file.facts()),
        close: () => file.close(),
      };
    }),
  };
}
