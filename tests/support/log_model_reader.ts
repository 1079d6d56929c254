/** A reader of a log that commits now and then, is killed, and goes on from what it has committed. */
import assert from "node:assert/strict";
import { type LogCursor, parseLogCursor } from "../../lib/log/cursor.ts";
import type { LogItem, LogLines } from "../../lib/log/item.ts";
import { forEachLine } from "../../lib/log/lines.ts";
import type { LogFile, LogFiles } from "../../lib/log/log_files.ts";
import { LogFollower } from "./log_follower.ts";
import type { LogWorld } from "./log_world.ts";

/** Bytes of a line that a reader takes. */
export const MODEL_MAX_LINE = 200;

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
  #follower: LogFollower | undefined;

  /** @param files what the reader sees of the world */
  constructor(world: LogWorld, follow: boolean, files: LogFiles) {
    this.#world = world;
    this.#follow = follow;
    this.#files = files;
  }

  /** Reads up to so many items, or until there is nothing more. */
  async read(count: number): Promise<void> {
    this.#follower ??= this.#start();
    if (!await this.#follower.read(count)) this.#forget();
  }

  /** Ends at once; what was not committed has not happened. */
  async kill(): Promise<void> {
    await this.#follower?.stop();
    this.#forget();
  }

  /** Is told of lines that nobody can read any more who has not read them. */
  excuse(lines: readonly string[]): void {
    const done = new Set(this.committed);
    for (const line of lines) if (!done.has(line)) this.excused.add(line);
  }

  #start(): LogFollower {
    const options = {
      start: this.#cursor === undefined
        ? { at: "start", rotated: true } as const
        : { at: "cursor", cursor: this.#cursor } as const,
      follow: this.#follow,
      maxLine: MODEL_MAX_LINE,
      files: this.#files,
    };
    const settle = () => this.#world.settle();
    return new LogFollower(this.#world.path, options, (item) => this.#take(item), { settle });
  }

  #forget(): void {
    this.#follower = undefined;
    this.#tentative = [];
  }

  #take(item: LogItem): void {
    if (item.kind === "chunk") return this.#takeChunk(item);
    this.notices.push(item.kind);
    if (item.kind === "caught_up") this.#commit(item.cursor);
  }

  #takeChunk(chunk: LogLines): void {
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
