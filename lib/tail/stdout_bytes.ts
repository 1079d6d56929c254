/** Bytes to standard output, whose reader may be slow, stopped or gone. */

/** Where bytes go. */
export type ByteOutput = Pick<typeof Deno.stdout, "write">;

/** Milliseconds between attempts at a pipe that is full and does not block. */
const FULL_PIPE_PAUSE = 5;

/** Bytes that are kept together. */
const BUFFER_SIZE = 128 * 1024;

const LF = 0x0a;

/** Gathers lines, and writes them without holding up signals and timers. */
export class StdoutBytes {
  readonly #output: ByteOutput;
  readonly #encoder = new TextEncoder();
  /** One is filled while the other is written. */
  #buffer = new Uint8Array(BUFFER_SIZE);
  #spare = new Uint8Array(BUFFER_SIZE);
  #length = 0;
  #isClosed = false;
  #writing: Promise<void> = Promise.resolve();

  constructor(output: ByteOutput = Deno.stdout) {
    this.#output = output;
  }

  /** True once the reader has gone; lines are then dropped. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Takes the bytes from `start` to `stop` as a line. Resolves when there is room for more. */
  line(bytes: Uint8Array, start: number, stop: number): Promise<void> | undefined {
    const length = stop - start + 1;
    if (length > BUFFER_SIZE - this.#length) return this.#lineSlowly(bytes, start, stop);
    this.#buffer.set(bytes.subarray(start, stop), this.#length);
    this.#length += length;
    this.#buffer[this.#length - 1] = LF;
    return undefined;
  }

  /** Takes a line of text. */
  text(line: string): Promise<void> | undefined {
    const bytes = this.#encoder.encode(line);
    return this.line(bytes, 0, bytes.length);
  }

  /** True when nothing has been gathered since the last flush. */
  get isEmpty(): boolean {
    return this.#length === 0;
  }

  /** Writes what has been gathered. @throws {Error} of the system, but for a reader that has gone */
  flush(): Promise<void> {
    return this.#writing = this.#writing.then(async () => {
      const bytes = this.#buffer.subarray(0, this.#length);
      [this.#buffer, this.#spare] = [this.#spare, this.#buffer];
      this.#length = 0;
      await this.#write(bytes);
    });
  }

  async #lineSlowly(bytes: Uint8Array, start: number, stop: number): Promise<void> {
    await this.flush();
    if (stop - start < BUFFER_SIZE) return void this.line(bytes, start, stop);
    const line = new Uint8Array(stop - start + 1);
    line.set(bytes.subarray(start, stop));
    line[line.length - 1] = LF;
    await (this.#writing = this.#writing.then(() => this.#write(line)));
  }

  async #write(bytes: Uint8Array): Promise<void> {
    for (let written = 0; written < bytes.length && !this.#isClosed;) {
      try {
        written += await this.#output.write(bytes.subarray(written));
      } catch (error) {
        if (error instanceof Deno.errors.BrokenPipe) this.#isClosed = true;
        else if (error instanceof Deno.errors.WouldBlock) {
          await new Promise((resolve) => setTimeout(resolve, FULL_PIPE_PAUSE));
        } else if (!(error instanceof Deno.errors.Interrupted)) throw error;
      }
    }
  }
}
