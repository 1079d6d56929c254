/** Starts server programs on free ports of the loopback interface and ends them. */
import { freePort } from "./free_port.ts";

/** A server that accepts connections on 127.0.0.1 until it is disposed of. */
export interface Server extends AsyncDisposable {
  readonly port: number;
}

/** A server that is a process of its own. */
export interface ServerProcess extends Server {
  /** Ends it by SIGKILL, without a moment to put its things in order. */
  kill(): Promise<void>;
}

/** How to start a server program, which must stay in the foreground. */
export interface ServerCommand {
  readonly command: string;
  /** Its arguments, for a port on 127.0.0.1. May write configuration files first. */
  readonly args: (port: number) => Promise<readonly string[]> | readonly string[];
  /** The port, where it has to be the one that it was before. @default one that is free */
  readonly port?: number | undefined;
}

/** Bounds of a start: programs may find their port taken, and machines may be slow. */
const MAX_STARTS = 5;
const READY_WITHIN_MS = 120_000;
const RETRY_MS = 20;

/** How long a program may take to end by itself. */
const STOP_WITHIN_MS = 3000;

/** Starts a server and waits until it accepts connections. @throws {Error} with what it printed. */
export async function startServer(
  { command, args, port: known }: ServerCommand,
): Promise<ServerProcess> {
  let printed = "";
  for (let start = 0; start < MAX_STARTS; start++) {
    const port = known ?? freePort();
    const child = new RunningChild(command, await args(port));
    if (await child.accepts(port)) {
      return { port, kill: () => child.stop("SIGKILL"), [Symbol.asyncDispose]: () => child.stop() };
    }
    await child.stop();
    printed = child.printed;
  }
  throw new Error(`${command} does not start:\n${printed}`);
}

class RunningChild {
  /** The end of what it printed. */
  printed = "";
  readonly #child: Deno.ChildProcess;
  readonly #outputs: readonly ReadableStreamDefaultReader<Uint8Array>[];
  readonly #drained: Promise<unknown>;
  #ended = false;

  constructor(command: string, args: readonly string[]) {
    this.#child = new Deno.Command(command, {
      args: [...args],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#outputs = [this.#child.stdout.getReader(), this.#child.stderr.getReader()];
    this.#drained = Promise.all(this.#outputs.map((output) => this.#drain(output)));
    this.#child.status.then(() => this.#ended = true);
  }

  /** Waits until `port` accepts connections; false when the program ended before. */
  async accepts(port: number): Promise<boolean> {
    const attempts = READY_WITHIN_MS / RETRY_MS;
    for (let attempt = 0; attempt < attempts && !this.#ended; attempt++) {
      try {
        (await Deno.connect({ hostname: "127.0.0.1", port })).close();
        return !this.#ended;
      } catch (error) {
        if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
    return false;
  }

  async stop(signal: Deno.Signal = "SIGTERM"): Promise<void> {
    this.#kill(signal);
    const timer = setTimeout(() => this.#kill("SIGKILL"), STOP_WITHIN_MS);
    await this.#child.status;
    clearTimeout(timer);
    // Its children may live on for a while and hold the streams open.
    for (const output of this.#outputs) await output.cancel();
    await this.#drained;
  }

  #kill(signal: Deno.Signal): void {
    if (!this.#ended) this.#child.kill(signal);
  }

  async #drain(output: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    for (let read; !(read = await output.read()).done;) {
      this.printed = (this.printed + decoder.decode(read.value, { stream: true })).slice(-8192);
    }
  }
}
