/** Runs of the executable that are watched, fed and stopped while they go on. */
import assert from "node:assert/strict";
import { type DecnetOptions, startDecnet } from "./decnet.ts";

/** Far beyond what any wait may take: when it passes, the program hangs. */
const HANGS_AFTER_MS = 60_000;

/** How a run ended. */
export interface EndedRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** One output of a child, as far as it came. */
class Output {
  text = "";
  readonly ended: Promise<void>;
  readonly #reader: ReadableStreamDefaultReader<string>;
  #wake: () => void = () => {};
  #hasEnded = false;

  constructor(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.#reader = stream.pipeThrough(new TextDecoderStream()).getReader();
    this.ended = this.#collect();
  }

  /** Waits until `enough` says so of what came. @throws {AssertionError} at the end */
  async until(enough: (text: string) => boolean): Promise<void> {
    while (!enough(this.text)) {
      assert.ok(!this.#hasEnded, `ended before: ${this.text}`);
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  /** Nobody reads on. */
  async close(): Promise<void> {
    await this.#reader.cancel();
  }

  async #collect(): Promise<void> {
    for (;;) {
      const { value, done } = await this.#reader.read();
      if (done) break;
      this.text += value;
      this.#wake();
    }
    this.#hasEnded = true;
    this.#wake();
  }
}

/** A run of `decnet`. Killed, should it be left running. */
export class RunningDecnet implements AsyncDisposable {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly #child: Deno.ChildProcess;
  readonly #killer: ReturnType<typeof setTimeout>;
  readonly #input: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>> | undefined;
  #hangs = false;

  constructor(args: readonly string[], options: DecnetOptions = {}) {
    this.#child = startDecnet(args, options);
    this.#input = options.stdin === undefined ? undefined : this.#child.stdin.getWriter();
    this.stdout = new Output(this.#child.stdout);
    this.stderr = new Output(this.#child.stderr);
    this.#killer = setTimeout(() => {
      this.#hangs = true;
      this.#child.kill("SIGKILL");
    }, HANGS_AFTER_MS);
  }

  /** Hands bytes to standard input, which is open where the options give a first part of it. */
  async write(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    await this.#input!.write(bytes);
  }

  /** Ends standard input. */
  async endInput(): Promise<void> {
    await this.#input!.close();
  }

  kill(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /** Waits for the end. @throws {AssertionError} when it hangs */
  async end(): Promise<EndedRun> {
    const { code } = await this.#child.status;
    clearTimeout(this.#killer);
    await Promise.all([this.stdout.ended, this.stderr.ended]);
    assert.ok(!this.#hangs, `hangs: ${this.stderr.text}`);
    return { code, stdout: this.stdout.text, stderr: this.stderr.text };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await this.#input?.close().catch(() => {});
    await this.#child.status;
    clearTimeout(this.#killer);
    await Promise.all([this.stdout.ended, this.stderr.ended]);
  }
}
