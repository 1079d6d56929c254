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

/** What a chunk costs beside its bytes: engines send one a line. */
const CHUNK_COST = 128;

/** How a stream is read. */
export interface NodeBytesOptions {
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
  readonly #options: NodeBytesOptions;
  #waiting: Uint8Array[] = [];
  #size = 0;
  #paused = false;
  #state: "open" | "ended" | "failed" = "open";
  #error: Error | undefined;
  #wake: (() => void) | undefined;

  constructor(stream: NodeStream, options: NodeBytesOptions) {
    this.#stream = stream;
    this.#options = options;
    stream.on("data", (chunk) => this.#take(chunk));
    stream.on("end", () => this.#finish("ended"));
    stream.on("error", (error) => this.#finish("failed", error));
    stream.on("close", () => this.#finish("failed", new Error("the stream was cut off")));
  }

  async read(): Promise<readonly Uint8Array[] | undefined> {
    const { signal } = this.#options;
    if (this.#waiting.length === 0 && this.#state === "open" && !signal.aborted) {
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    if (signal.aborted) {
      this.#waiting = [];
      this.#stream.destroy();
      return undefined;
    }
    if (this.#waiting.length > 0) return this.#give();
    if (this.#error !== undefined) throw this.#error;
    return undefined;
  }

  #give(): readonly Uint8Array[] {
    const chunks = this.#waiting;
    this.#waiting = [];
    this.#size = 0;
    if (this.#paused) {
      this.#paused = false;
      this.#stream.resume();
    }
    return chunks;
  }

  #take(chunk: Uint8Array): void {
    this.#waiting.push(chunk);
    this.#size += chunk.length + CHUNK_COST;
    if (this.#size > this.#options.limit() && !this.#paused) {
      this.#paused = true;
      this.#stream.pause();
    }
    this.#wakeSoon();
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
