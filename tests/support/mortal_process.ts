/** Programs that are killed and started again, as often as a test likes. */

/** Kept of what a program printed: the end, for messages. */
const KEPT = 4096;

/** How long a program may take to end once it is told to. */
const ENDS_WITHIN_MS = 90_000;

/** A program in one life after the other. */
export class MortalProcess implements AsyncDisposable {
  /** What it printed last, both streams, over all its lives. */
  printed = "";
  /** Greatest resident memory of any of its lives, in bytes, as far as anybody looked. */
  peakMemory = 0;
  /** CPU time of all lives that have ended, user's and system's, in seconds. */
  cpu = 0;
  readonly #spawn: () => Deno.ChildProcess;
  #child: Deno.ChildProcess | undefined;
  #drained: Promise<unknown> = Promise.resolve();
  #input: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>> | undefined;

  /** @param spawn starts it; stdout and stderr are pipes, stdin may be */
  constructor(spawn: () => Deno.ChildProcess) {
    this.#spawn = spawn;
  }

  /** Starts it. */
  start(): void {
    const child = this.#child = this.#spawn();
    this.#drained = Promise.all([this.#drain(child.stdout), this.#drain(child.stderr)]);
  }

  /** Waits until it prints `text`, from now on or before. @throws {Error} when it ends, or never does */
  async says(text: string): Promise<void> {
    let hasEnded = false;
    void this.#child!.status.then(() => hasEnded = true);
    const giveUpAt = performance.now() + ENDS_WITHIN_MS;
    while (!this.printed.includes(text)) {
      if (hasEnded || performance.now() > giveUpAt) {
        throw new Error(`does not say ${text}: ${this.printed}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** Writes a line to its standard input. */
  async tell(line: string): Promise<void> {
    this.#input ??= this.#child!.stdin.getWriter();
    await this.#input.write(new TextEncoder().encode(`${line}\n`));
  }

  /** Ends it, and everything that it had in memory. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  /** Asks it to end. @returns its exit code @throws {Error} when it does not */
  async stop(): Promise<number> {
    return await this.#end("SIGTERM");
  }

  /** Kills it, and starts it again. */
  async restart(): Promise<void> {
    await this.kill();
    this.start();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child !== undefined) await this.kill();
  }

  async #end(signal: Deno.Signal): Promise<number> {
    const child = this.#child;
    if (child === undefined) throw new Error("it does not run");
    this.#measure(child.pid);
    this.#child = undefined;
    await this.#input?.close().catch(() => {});
    this.#input = undefined;
    send(child, signal);
    let hangs = false;
    const timer = setTimeout(() => {
      hangs = true;
      send(child, "SIGKILL");
    }, ENDS_WITHIN_MS);
    const { code } = await child.status;
    clearTimeout(timer);
    await this.#drained;
    if (hangs) throw new Error(`does not end: ${this.printed}`);
    return code;
  }

  #measure(pid: number): void {
    try {
      const status = Deno.readTextFileSync(`/proc/${pid}/status`);
      const peak = Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
      this.peakMemory = Math.max(this.peakMemory, peak);
      // proc(5): utime and stime are the 14th and 15th, behind a name in brackets; USER_HZ is 100.
      const stat = Deno.readTextFileSync(`/proc/${pid}/stat`).replace(/^.*\) /, "").split(" ");
      this.cpu += (Number(stat[11]) + Number(stat[12])) / 100;
    } catch {
      // It has ended by itself: its exit code tells.
    }
  }

  async #drain(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      this.printed = (this.printed + text).slice(-KEPT);
    }
  }
}

/** Sends a signal, unless the process has ended. */
function send(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch {
    // Its code tells how it has ended.
  }
}
