/** Runs of the executable that are watched, fed and stopped while they go on. */
import assert from "node:assert/strict";
import { type DecnetOptions, startDecnet } from "./decnet.ts";

/** Far beyond what any wait may take: when it passes, the program hangs. */
const HANGS_AFTER_MS = 360_000;

/** Far beyond what a killed process and its pipes take to end, unless somebody else holds them. */
const ENDS_AFTER_MS = 60_000;

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
  /** Resolves when the process has ended. */
  readonly over: Promise<void>;
  readonly #child: Deno.ChildProcess;
  readonly #killer: ReturnType<typeof setTimeout>;
  readonly #input: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>> | undefined;
  #hangs = false;
  #closing: ReturnType<typeof setTimeout> | undefined;

  constructor(args: readonly string[], options: DecnetOptions = {}) {
    this.#child = startDecnet(args, options);
    this.over = this.#child.status.then(() => {});
    this.#input = options.stdin === undefined ? undefined : this.#child.stdin.getWriter();
    this.stdout = new Output(this.#child.stdout);
    this.stderr = new Output(this.#child.stderr);
    this.#killer = setTimeout(() => {
      this.#hangs = true;
      this.kill("SIGKILL");
      // Whoever waits for an output waits no longer, also when somebody else still holds it.
      this.#closing = setTimeout(() => this.#closeOutputs(), ENDS_AFTER_MS);
    }, HANGS_AFTER_MS);
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Hands bytes to standard input, which is open where the options give a first part of it. */
  async write(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    await this.#input!.write(bytes);
  }

  /** Ends standard input. */
  async endInput(): Promise<void> {
    await this.#input!.close();
  }

  /** Sends a signal, unless the process has ended. */
  kill(signal: Deno.Signal): void {
    try {
      this.#child.kill(signal);
    } catch {
      // Its code tells how it has ended.
    }
  }

  /** Waits for the end. @throws {AssertionError} when it hangs, or leaves somebody who does */
  async end(): Promise<EndedRun> {
    const limit = HANGS_AFTER_MS + ENDS_AFTER_MS;
    const status = await within(limit, this.#child.status);
    const hasClosed = await this.#clear();
    assert.ok(status !== undefined && !this.#hangs, `hangs: ${this.stderr.text}`);
    assert.ok(hasClosed, `its outputs stay open: ${this.stderr.text}`);
    return { code: status.code, stdout: this.stdout.text, stderr: this.stderr.text };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kill("SIGKILL");
    await this.#input?.close().catch(() => {});
    await within(ENDS_AFTER_MS, this.#child.status);
    await this.#clear();
  }

  /** @returns false when the outputs had to be given up */
  async #clear(): Promise<boolean> {
    clearTimeout(this.#killer);
    const closed = Promise.all([this.stdout.ended, this.stderr.ended]);
    const hasClosed = await within(ENDS_AFTER_MS, closed) !== undefined;
    clearTimeout(this.#closing);
    if (!hasClosed) await this.#closeOutputs();
    return hasClosed;
  }

  async #closeOutputs(): Promise<void> {
    await Promise.all([this.stdout.close(), this.stderr.close()]);
  }
}

/** What `promise` comes to; undefined when it takes longer than `millis`. */
async function within<T>(millis: number, promise: Promise<T>): Promise<T | undefined> {
  const late = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => late.resolve(undefined), millis);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
