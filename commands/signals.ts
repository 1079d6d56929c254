/** Ctrl-C and kill: once to end in good order, twice to end at once. */
import { EXIT } from "./exit_code.ts";

/** Signals that end a program, by the exit code that tells of them. */
const ENDING = { SIGINT: EXIT.interrupted, SIGTERM: EXIT.terminated } as const;

/** Watches for signals until it is disposed of. */
export class SignalWatch implements Disposable {
  readonly #controller = new AbortController();
  readonly #listeners = new Map<Deno.Signal, () => void>();
  #exitCode: number | undefined;

  constructor() {
    for (const [name, code] of Object.entries(ENDING)) {
      this.#listen(name as Deno.Signal, () => {
        if (this.#controller.signal.aborted) Deno.exit(code);
        this.#exitCode = code;
        this.#controller.abort();
      });
    }
    // A file that may not grow any further (RLIMIT_FSIZE) is to be a full disk, not our end.
    if (Deno.build.os === "linux") this.#listen("SIGXFSZ", () => {});
  }

  /** Aborted by the first signal, or by {@linkcode SignalWatch.stop}. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The exit code of the signal that came, or undefined. */
  get exitCode(): number | undefined {
    return this.#exitCode;
  }

  /** Ends the work without a signal, as when nobody reads the output any more. */
  stop(): void {
    this.#controller.abort();
  }

  /** Calls `reopen` on SIGHUP, the log rotator's way to ask for new files. */
  onHangup(reopen: () => void): void {
    this.#listen("SIGHUP", reopen);
  }

  [Symbol.dispose](): void {
    for (const [name, listener] of this.#listeners) Deno.removeSignalListener(name, listener);
    this.#listeners.clear();
  }

  #listen(name: Deno.Signal, listener: () => void): void {
    // Windows knows SIGINT and SIGBREAK only.
    if (Deno.build.os === "windows" && name !== "SIGINT") return;
    Deno.addSignalListener(name, listener);
    this.#listeners.set(name, listener);
  }
}
