/** Reads a log step by step: it waits only where the test lets it, and for nothing else. */
import type { LogItem, LogLines } from "../../lib/log/item.ts";
import { forEachLine } from "../../lib/log/lines.ts";
import type { LogTiming } from "../../lib/log/log_watch.ts";
import { readLog, type ReadLogOptions } from "../../lib/log/read_log.ts";

const WAITING = Symbol("waiting");

const decoder = new TextDecoder();

/** What a follower does while it waits for a rotated file to settle, and what its clock says. */
export interface FollowerTiming {
  readonly settle?: () => void;
  /** Milliseconds since the epoch; 0 makes every file look just changed. */
  readonly now?: () => number;
}

/** A reader that is woken by its test. */
export class LogFollower {
  readonly #items: AsyncGenerator<LogItem, void>;
  readonly #stop = new AbortController();
  readonly #onItem: (item: LogItem) => void;
  #pending: Promise<IteratorResult<LogItem, void>> | undefined;
  #wake = () => {};
  #onWaiting = () => {};

  constructor(
    path: string,
    options: Omit<ReadLogOptions, "timing" | "signal">,
    onItem: (item: LogItem) => void,
    { settle = () => {}, now = () => 0 }: FollowerTiming = {},
  ) {
    const timing: LogTiming = {
      now,
      sleep: () => Promise.resolve(settle()),
      watch: () => ({ changed: () => this.#changed(), close: () => {} }),
    };
    this.#onItem = onItem;
    this.#items = readLog(path, { ...options, timing, signal: this.#stop.signal });
  }

  /** Takes up to `count` items, until there is nothing more to read; false when all is over. */
  async read(count = Infinity): Promise<boolean> {
    for (let left = count; left > 0; left--) {
      const waiting = new Promise<typeof WAITING>((resolve) => {
        this.#onWaiting = () => resolve(WAITING);
      });
      this.#wake();
      this.#pending ??= this.#items.next();
      const result = await Promise.race([this.#pending, waiting]);
      if (result === WAITING) return true;
      this.#pending = undefined;
      if (result.done) return false;
      this.#onItem(result.value);
    }
    return true;
  }

  /** Ends the reader, wherever it is. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#wake();
    await this.#pending;
    await this.#items.return();
  }

  #changed(): Promise<void> {
    if (this.#stop.signal.aborted) return Promise.resolve();
    this.#onWaiting();
    return new Promise((resolve) => this.#wake = resolve);
  }
}

/** The lines of `chunk` as text. */
export function linesOf({ bytes, end }: LogLines): string[] {
  const lines: string[] = [];
  forEachLine(bytes, end, (start, stop) => {
    lines.push(decoder.decode(bytes.subarray(start, stop)));
  });
  return lines;
}

/** `item` in short: its lines, the last with `~` when it is torn, or the kind of the notice in brackets. */
export function shorten(item: LogItem): string[] {
  if (item.kind !== "chunk") return [`[${item.kind}]`];
  const lines = linesOf(item);
  return item.torn ? [...lines.slice(0, -1), `${lines.at(-1)}~`] : lines;
}

/** All items in short. */
export async function shortenAll(items: AsyncIterable<LogItem>): Promise<string[]> {
  const short: string[] = [];
  for await (const item of items) short.push(...shorten(item));
  return short;
}
