/** Lines to standard output, whose reader may go away at any time. */
import { LineEncoder } from "./line_encoder.ts";
import { SinkError } from "./sink_error.ts";
import { countLines, writeAll } from "./write_all.ts";

/** Options of {@linkcode StdoutSink}. */
export interface StdoutSinkOptions {
  /** Called once, when the reader has gone (`decnet tail | head -1`): time to stop, without error. */
  readonly onClosed?: () => void;
  /** @default {Deno.stdout} */
  readonly output?: Pick<typeof Deno.stdout, "writeSync">;
}

/** Writes whole batches of lines. Not console.log, which says nothing when the pipe is closed. */
export class StdoutSink {
  readonly #onClosed: () => void;
  readonly #output: Pick<typeof Deno.stdout, "writeSync">;
  readonly #encoder = new LineEncoder();
  #closed = false;

  constructor({ onClosed = () => {}, output = Deno.stdout }: StdoutSinkOptions = {}) {
    this.#onClosed = onClosed;
    this.#output = output;
  }

  /** True once the reader has gone; lines are then dropped. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Writes `lines`, each with a newline. @throws {SinkError} when it fails for another reason. */
  append(lines: readonly string[]): void {
    if (this.#closed || lines.length === 0) return;
    this.appendBytes(this.#encoder.encode("", lines));
  }

  /** As {@linkcode append}: `bytes` is UTF-8 of whole lines, each with its newline. */
  appendBytes(bytes: Uint8Array): void {
    if (this.#closed || bytes.length === 0) return;
    const { written, error } = writeAll((part) => this.#output.writeSync(part), bytes);
    if (written === bytes.length) return;
    if (!(error instanceof Deno.errors.BrokenPipe)) {
      throw new SinkError("stdout", error, countLines(bytes.subarray(0, written)));
    }
    this.#closed = true;
    this.#onClosed();
  }
}
