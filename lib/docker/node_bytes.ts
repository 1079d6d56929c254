/** A stream of Node as a {@linkcode ByteSource}, with bounds. */
import type { ByteSource } from "./engine.ts";

/** What is used of a stream of Node. */
export interface NodeStream {
  on(event: "data", listener: (chunk: Uint8Array) => void): unknown;
  on(event: "end" | "close" | "aborted", listener: () => void): unknown;
  on(event: "error", listener: (error: unknown) => void): unknown;
  pause(): unknown;
  resume(): unknown;
  destroy(): unknown;
}

/** Chunks that wait are put together, since engines send one a line and each would cost more than its bytes. */
const FIRST_BLOCK = 4096;
const LARGEST_BLOCK = 64 * 1024;

/** How a stream is read. */
export interface ByteStreamOptions {
  /** Bytes that may wait before the stream is paused; asked each time. */
  readonly limit: () => number;
  readonly signal: AbortSignal;
  /** Turns what the stream failed with into what {@linkcode ByteSource.read} rejects with. */
  readonly failure: (error: unknown) => Error;
  /** Called once, when nothing comes any more. */
  readonly onEnd: () => void;
}

/**
 * Collects what comes while nobody reads, so that the socket is drained as long as there is room: an
 * engine drops lines of which it has rotated the file while a slow reader kept it waiting.
 */
export class NodeBytes implements ByteSource {
  readonly #stream: NodeStream;
  readonly #options: ByteStreamOptions;
  #waiting: Uint8Array[] = [];
  /** What is being filled; its full part is the last that waits. */
  #block: Uint8Array<ArrayBuffer> | undefined;
  #filled = 0;
  #size = 0;
  #paused = false;
  #state: "open" | "ended" | "failed" = "open";
  #error: Error | undefined;
  #wake: (() => void) | undefined;

  constructor(stream: NodeStream, options: ByteStreamOptions) {
    this.#stream = stream;
    this.#options = options;
    stream.on("data", (chunk) => this.#take(chunk));
    stream.on("end", () => this.#finish("ended"));
    stream.on("error", (error) => this.#finish("failed", error));
    stream.on("close", () => this.#finish("failed", new Error("the stream was cut off")));
  }

  async read(): Promise<readonly Uint8Array[] | undefined> {
    const { signal } = this.#options;
    if (this.#size === 0 && this.#state === "open" && !signal.aborted) {
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    if (signal.aborted) {
      this.#clear();
      this.#stream.destroy();
      return undefined;
    }
    if (this.#size > 0) return this.#give();
    if (this.#error !== undefined) throw this.#error;
    return undefined;
  }

  #give(): readonly Uint8Array[] {
    this.#closeBlock();
    const chunks = this.#waiting;
    this.#clear();
    if (this.#paused) {
      this.#paused = false;
      this.#stream.resume();
    }
    return chunks;
  }

  #clear(): void {
    this.#waiting = [];
    this.#block = undefined;
    this.#filled = 0;
    this.#size = 0;
  }

  #take(chunk: Uint8Array): void {
    this.#add(chunk);
    this.#size += chunk.length;
    if (this.#size > this.#options.limit() && !this.#paused) {
      this.#paused = true;
      this.#stream.pause();
    }
    this.#wakeSoon();
  }

  #add(chunk: Uint8Array): void {
    // Alone it is handed on as it is.
    if (this.#size === 0 || chunk.length > LARGEST_BLOCK) {
      this.#closeBlock();
      this.#waiting.push(chunk);
      return;
    }
    if (this.#block === undefined || this.#block.length - this.#filled < chunk.length) {
      const next = this.#block === undefined ? FIRST_BLOCK : this.#block.length * 2;
      this.#closeBlock();
      this.#block = new Uint8Array(Math.max(chunk.length, Math.min(next, LARGEST_BLOCK)));
    }
    this.#block.set(chunk, this.#filled);
    this.#filled += chunk.length;
  }

  #closeBlock(): void {
    if (this.#block === undefined) return;
    this.#waiting.push(this.#block.subarray(0, this.#filled));
    this.#block = undefined;
    this.#filled = 0;
  }

  /** What comes in one turn is handed out together. */
  #wakeSoon(): void {
    const wake = this.#wake;
    if (wake === undefined) return;
    this.#wake = undefined;
    setTimeout(wake, 0);
  }

  #finish(state: "ended" | "failed", error?: unknown): void {
    if (this.#state !== "open") return;
    this.#state = state;
    if (state === "failed") this.#error = this.#options.failure(error);
    this.#options.onEnd();
    this.#wakeSoon();
  }
}
