/** The body of a log as it comes, in few and large reads. */
import { setTimeout as delay } from "node:timers/promises";
import { ChunkStrip } from "./chunk_strip.ts";
import type { ByteSource } from "./engine.ts";
import type { LogConnection } from "./log_connection.ts";
import type { ByteStreamOptions } from "./node_bytes.ts";

/** Memory that a stream is read into: of one that is not busy, and of one that is; and of many, a part of all. */
const SMALLEST_BLOCK = 8 * 1024;
const LARGEST_BLOCK = 64 * 1024;
const BLOCKS_WAITING = 8;

/** Two reads that follow each other sooner are of a busy stream. */
const BUSY_MS = 5;

/**
 * Engines write each line by itself, and a read costs as much as ten lines: after one that brought little, more
 * is waited for. A socket holds some 270 such lines, three milliseconds of the busiest container.
 */
const SHORTEST_PAUSE_MS = 1;
const LONGEST_PAUSE_MS = 16;
const SMALL_READ = 8 * 1024;
const LARGE_READ = 16 * 1024;

/** What is worth handing over at once, and how long more is waited for than less. */
const ENOUGH = 48 * 1024;
const GATHER_MS = 4;

const CUT_OFF = "the stream was cut off";

/** What was read: of the bytes up to `end` those before `start` were handed out. */
interface Block {
  readonly bytes: Uint8Array<ArrayBuffer>;
  start: number;
  end: number;
}

/**
 * Reads while nobody asks, so that the socket is drained as long as there is room: an engine drops lines of
 * which it has rotated the file while a slow reader kept it waiting. What it gives is valid until the next read.
 */
export class LogBytes implements ByteSource {
  readonly #connection: LogConnection;
  readonly #options: ByteStreamOptions;
  readonly #body = new ChunkStrip();
  /** Blocks with bytes that wait; the last is being filled. */
  #blocks: Block[] = [];
  /** Blocks all of which was handed out with the last read, and one that is free. */
  #lent: Block[] = [];
  #free: Block | undefined;
  #size = 0;
  #state: "open" | "ended" | "failed" = "open";
  #error: Error | undefined;
  /** Wakes who waits for bytes, and who waits for room. */
  #wake: (() => void) | undefined;
  #proceed: (() => void) | undefined;
  #lastGiven = -Infinity;

  constructor(connection: LogConnection, options: ByteStreamOptions) {
    this.#connection = connection;
    this.#options = options;
    connection.once("close", () => this.#wakeAll());
    this.#fill().then(
      () => this.#finish("ended"),
      (error) => this.#finish("failed", error),
    );
  }

  async read(): Promise<readonly Uint8Array[] | undefined> {
    const { signal } = this.#options;
    for (const block of this.#lent.splice(0)) this.#release(block);
    // Woken by a connection that is closed, it is told next how that has ended.
    while (this.#size === 0 && this.#state === "open" && !signal.aborted) {
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    const isBusy = performance.now() - this.#lastGiven < BUSY_MS;
    if (isBusy && this.#size < ENOUGH && this.#state === "open" && !signal.aborted) {
      await delay(GATHER_MS);
    }
    if (signal.aborted) {
      this.#clear();
      this.#connection.destroy();
      return undefined;
    }
    if (this.#size > 0) return this.#give();
    if (this.#error !== undefined) throw this.#error;
    return undefined;
  }

  #give(): readonly Uint8Array[] {
    const given: Uint8Array[] = [];
    const last = this.#blocks.pop()!;
    for (const block of this.#blocks) {
      given.push(block.bytes.subarray(block.start, block.end));
      this.#lent.push(block);
    }
    // A read into the rest of it may be under way.
    if (last.end > last.start) given.push(last.bytes.subarray(last.start, last.end));
    last.start = last.end;
    this.#blocks = [last];
    this.#size = 0;
    this.#lastGiven = performance.now();
    this.#proceed?.();
    return given;
  }

  async #fill(): Promise<void> {
    let pause = SHORTEST_PAUSE_MS;
    for (let asked = -Infinity; this.#body.state === "open";) {
      if (this.#size > this.#options.limit()) {
        // Once it is closed nobody would wake who waits.
        if (!this.#connection.destroyed) {
          await new Promise<void>((resolve) => this.#proceed = resolve);
        }
        if (this.#connection.destroyed) throw new Error(CUT_OFF);
      }
      const block = this.#room();
      const count = await this.#connection.readBody(block.bytes.subarray(block.end));
      if (count === null) throw new Error(CUT_OFF);
      const end = this.#body.strip(block.bytes, block.end, block.end + count);
      this.#size += end - block.end;
      block.end = end;
      if (this.#size > 0) this.#wakeReader();
      if (performance.now() - asked >= BUSY_MS) pause = SHORTEST_PAUSE_MS;
      else if (count < LARGE_READ) {
        await delay(pause);
        if (count < SMALL_READ) pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
      } else pause = Math.max(pause / 2, SHORTEST_PAUSE_MS);
      asked = performance.now();
    }
    if (this.#body.state === "malformed") throw new Error("the answer is no HTTP");
  }

  /** A block with room for a read. */
  #room(): Block {
    const last = this.#blocks.at(-1);
    const length = last?.bytes.length ?? 0;
    if (last !== undefined && length - last.end >= length / 2) return last;
    // Who filled one fast will fill a larger one.
    const largest = Math.min(this.#options.limit() / BLOCKS_WAITING, LARGEST_BLOCK);
    const next = Math.floor(Math.max(SMALLEST_BLOCK, Math.min(2 * length, largest)));
    const free = this.#free ?? { bytes: new Uint8Array(next), start: 0, end: 0 };
    this.#free = undefined;
    this.#blocks.push(free);
    // All of the last may be in use by who has read it.
    if (last !== undefined && last.start === last.end) {
      this.#blocks.splice(-2, 1);
      this.#lent.push(last);
    }
    return free;
  }

  /** Keeps the largest for use again. */
  #release(block: Block): void {
    if (block.bytes.length < (this.#free?.bytes.length ?? 0)) return;
    block.start = block.end = 0;
    this.#free = block;
  }

  #clear(): void {
    this.#blocks = [];
    this.#lent = [];
    this.#free = undefined;
    this.#size = 0;
  }

  #wakeReader(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  #wakeAll(): void {
    this.#proceed?.();
    this.#wakeReader();
  }

  #finish(state: "ended" | "failed", error?: unknown): void {
    this.#state = state;
    if (state === "failed") this.#error = this.#options.failure(error);
    this.#connection.destroy();
    this.#options.onEnd();
    this.#wakeReader();
  }
}
