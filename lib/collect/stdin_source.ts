/** Lines on standard input. */
import { LineSplitter } from "./line_splitter.ts";
import type { Origin, Source, SourceContext } from "./source.ts";

/** Bytes that are read at a time; a pipe holds 64 KiB. */
const READ_SIZE = 64 * 1024;

/** Bytes that are handed over at a time, as long as there are more to be had. */
const BATCH_SIZE = 64 * 1024;

const NOBODY: Origin = { decky: undefined, service: undefined, container: undefined };

/** What is read, for tests to hand in something else. */
export type StdinReader = Pick<typeof Deno.stdin, "read">;

/** Reads lines until the end of the input. Nobody gives them twice, so that there is nothing to resume. */
export class StdinSource implements Source {
  readonly #splitter: LineSplitter;
  readonly #input: StdinReader;

  /** @param maxLine bytes of a line that are kept */
  constructor(maxLine: number, input: StdinReader = Deno.stdin) {
    this.#splitter = new LineSplitter(maxLine);
    this.#input = input;
  }

  async run({ lines, signal }: SourceContext): Promise<void> {
    const stopped = new Promise<null>((resolve) => {
      signal.addEventListener("abort", () => resolve(null), { once: true });
    });
    const batch = { key: "stdin", origin: NOBODY, position: undefined };
    const buffer = new Uint8Array(BATCH_SIZE);
    for (let length = 0; !signal.aborted;) {
      const count = await Promise.race([
        this.#input.read(buffer.subarray(length, length + READ_SIZE)),
        stopped,
      ]);
      length += count ?? 0;
      // A full pipe has more behind it: it is cheaper to hand that over together.
      const isMore = count === READ_SIZE && length + READ_SIZE <= BATCH_SIZE;
      if (isMore) continue;
      const found = this.#splitter.push(buffer.subarray(0, length));
      if (count === null && !signal.aborted) found.push(...this.#splitter.end());
      length = 0;
      if (found.length > 0) await lines({ ...batch, lines: found });
      if (count === null) return;
    }
  }
}
