/** Lines on standard input. */
import { setTimeout as delay } from "node:timers/promises";
import { ChunkBatch } from "./line_chunk.ts";
import { LineChunker } from "./line_chunker.ts";
import type { Origin, Source, SourceContext } from "./source.ts";

/** Bytes that are read at a time; a pipe holds 64 KiB. */
const READ_SIZE = 64 * 1024;

/** Milliseconds between two reads that are many, and how long more is waited for then. */
const BUSY_MS = 5;
const PAUSE_MS = 1;

const KEY = "stdin";

const NOBODY: Origin = { decky: undefined, service: undefined, container: undefined };

/** What is read, for tests to hand in something else. */
export type StdinReader = Pick<typeof Deno.stdin, "read">;

/** Reads lines until the end of the input. Nobody gives them twice, so that there is nothing to resume. */
export class StdinSource implements Source {
  readonly #chunker: LineChunker;
  readonly #input: StdinReader;

  /** @param maxLine bytes of a line that are kept */
  constructor(maxLine: number, input: StdinReader = Deno.stdin) {
    this.#chunker = new LineChunker(maxLine, READ_SIZE);
    this.#input = input;
  }

  async run({ lines, signal }: SourceContext): Promise<void> {
    const stopped = new Promise<null>((resolve) => {
      signal.addEventListener("abort", () => resolve(null), { once: true });
    });
    for (let last = -Infinity;;) {
      const count = await Promise.race([this.#input.read(this.#chunker.room()), stopped]);
      if (signal.aborted) return;
      const { line, chunk } = count === null
        ? { line: this.#chunker.end(), chunk: undefined }
        : this.#chunker.take(count);
      if (line !== undefined) {
        await lines({ key: KEY, origin: NOBODY, lines: [line], position: undefined });
      }
      if (chunk !== undefined) await lines(new ChunkBatch(KEY, NOBODY, chunk));
      if (count === null) return;
      // Who prints many lines one by one is read when there are many.
      const now = performance.now();
      if (count < READ_SIZE / 2 && now - last < BUSY_MS) await delay(PAUSE_MS);
      last = now;
    }
  }
}
