/** Bytes to standard output, whose reader may be slow, stopped or gone. */

import { sleep } from "../sleep.ts";
import { errorCode, systemReason } from "../system_error.ts";

/** Where bytes go. */
export type ByteOutput = Pick<typeof Deno.stdout, "write">;

/** Milliseconds between attempts at a pipe that is full and does not block. */
const FULL_PIPE_PAUSE = 5;

/** Milliseconds between attempts at a disk that is full. */
const FULL_DISK_PAUSE = 1000;

/** Codes of a disk, or of one's share of it, that is full. */
const FULL_DISK: ReadonlySet<string> = new Set(["ENOSPC", "EDQUOT"]);

/** What becomes of bytes that a full disk does not take: they wait for room. */
export interface FullDisk {
  /** Is told the system's reason when the waiting begins. */
  readonly onFull: (reason: string) => void;
  /** Is told when all is written again. */
  readonly onRoom: () => void;
  /** Where in its file the next byte goes; undefined when standard output is no file. */
  readonly position: () => number | undefined;
  /** Ends the waiting with an error. */
  readonly signal: AbortSignal;
}

/** Bytes that are kept together. */
const BUFFER_SIZE = 128 * 1024;

const LF = 0x0a;

/** Gathers lines, and writes them without holding up signals and timers. */
export class StdoutBytes {
  readonly #output: ByteOutput;
  readonly #fullDisk: FullDisk | undefined;
  readonly #encoder = new TextEncoder();
  /** One is filled while the other is written. */
  #buffer = new Uint8Array(BUFFER_SIZE);
  #spare = new Uint8Array(BUFFER_SIZE);
  #length = 0;
  #isClosed = false;
  #writing: Promise<void> = Promise.resolve();

  /** @param fullDisk without it a full disk is an error like others */
  constructor(output: ByteOutput, fullDisk?: FullDisk) {
    this.#output = output;
    this.#fullDisk = fullDisk;
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
    const fullDisk = this.#fullDisk;
    const start = fullDisk?.position();
    for (let written = 0; written < bytes.length && !this.#isClosed;) {
      try {
        written += await this.#output.write(bytes.subarray(written));
      } catch (error) {
        if (error instanceof Deno.errors.BrokenPipe) this.#isClosed = true;
        else if (error instanceof Deno.errors.WouldBlock) await sleep(FULL_PIPE_PAUSE);
        else if (!(error instanceof Deno.errors.Interrupted)) {
          if (fullDisk === undefined || start === undefined || !isFull(error)) {
            throw stdoutError(error);
          }
          await this.#room(fullDisk, error);
          // How much was written before the error is not told.
          const grown = (fullDisk.position() ?? start) - start;
          written = Math.min(bytes.length, Math.max(written, grown));
        }
      }
    }
  }

  /** Waits for room on the disk. @throws {Error} for another error, and when nobody waits any more */
  async #room({ onFull, onRoom, signal }: FullDisk, error: unknown): Promise<void> {
    onFull(systemReason(error));
    for (;;) {
      if (signal.aborted) throw stdoutError(error);
      await sleep(FULL_DISK_PAUSE, signal);
      try {
        // The runtime keeps bytes back that it has taken and not written: with nothing more they go first.
        await this.#output.write(new Uint8Array(0));
        return onRoom();
      } catch (again) {
        if (!isFull(again)) throw stdoutError(again);
      }
    }
  }
}

function isFull(error: unknown): boolean {
  return FULL_DISK.has(errorCode(error));
}

function stdoutError(cause: unknown): Error {
  return new Error(`standard output: ${systemReason(cause)}`, { cause });
}
