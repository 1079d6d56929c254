/** Writes what has gathered, and holds everybody back while that cannot be done. */
import { SinkError } from "../event/sink_error.ts";
import type { CollectClock } from "./collect_clock.ts";
import { bytesIn, type Output, waitingIn } from "./output.ts";

/** Milliseconds until the first and the longest wait for the next try. */
const FIRST_RETRY = 1000;
const LONGEST_RETRY = 5000;

/** Bytes that are written at once: more do not stay in the cache until then, and many streams have many. */
const ENOUGH = 512 * 1024;

/** A time during which nothing could be written. */
export interface Outage {
  readonly path: string;
  /** Name of the system's error, such as `ENOSPC`. */
  readonly code: string;
  readonly error: Error;
  /** Milliseconds of the clock when it began. */
  readonly since: number;
  readonly attempts: number;
  /** Records that could not be written. */
  readonly waiting: number;
}

/** What a {@linkcode GroupWriter} works with. */
export interface GroupWriterOptions {
  readonly output: Output;
  readonly clock: CollectClock;
  /** Nothing can be written from now on. */
  readonly onBlocked: (outage: Outage) => void;
  /** Everything is written again. */
  readonly onResumed: (outage: Outage) => void;
}

/** Was thrown at those who wait to be written when the collector had to stop. */
export class NotWrittenError extends Error {
  override readonly name = "NotWrittenError";
}

/** Gathers the records of all streams, so that many share a write. */
export class GroupWriter {
  readonly #options: GroupWriterOptions;
  #group: PromiseWithResolvers<void> | undefined;
  #outage: (Outage & { readonly over: PromiseWithResolvers<void> }) | undefined;
  #cancel = () => {};
  #isStopped = false;

  constructor(options: GroupWriterOptions) {
    this.#options = options;
  }

  /** True while nothing can be written. */
  get isBlocked(): boolean {
    return this.#outage !== undefined;
  }

  /** Resolves when there is room for more. @throws {NotWrittenError} */
  async ready(): Promise<void> {
    while (this.#outage !== undefined) await this.#outage.over.promise;
    if (this.#isStopped) throw new NotWrittenError("stopped");
  }

  /** Resolves when what the output has taken is written. Rejects with {@linkcode NotWrittenError}. */
  written(): Promise<void> {
    if (this.#group === undefined) {
      this.#group = Promise.withResolvers();
      // So that no one need wait for it.
      this.#group.promise.catch(() => {});
      // What comes in the same turn goes into the same write.
      if (this.#outage === undefined) setImmediate(() => this.flush());
    }
    const { promise } = this.#group;
    if (bytesIn(this.#options.output) >= ENOUGH) this.flush();
    return promise;
  }

  /** Writes now. @returns false when that cannot be done */
  flush(): boolean {
    return this.#outage === undefined && this.#write();
  }

  /** A last try; whoever still waits is told that it was in vain. */
  stop(): void {
    this.#cancel();
    this.#isStopped = true;
    if (this.#write()) return;
    this.#group?.reject(new NotWrittenError("stopped"));
    this.#outage?.over.resolve();
    this.#outage = undefined;
  }

  #write(): boolean {
    const { output, clock, onBlocked, onResumed } = this.#options;
    try {
      output.write();
    } catch (error) {
      if (!(error instanceof SinkError)) throw error;
      const { path, code } = error;
      const before = this.#outage;
      const attempts = (before?.attempts ?? 0) + 1;
      const since = before?.since ?? clock.monotonic();
      const over = before?.over ?? Promise.withResolvers<void>();
      const waiting = waitingIn(output);
      this.#outage = { path, code, error, since, attempts, waiting, over };
      if (before === undefined) onBlocked(this.#outage);
      if (!this.#isStopped) {
        const wait = Math.min(FIRST_RETRY * 2 ** (attempts - 1), LONGEST_RETRY);
        this.#cancel = clock.after(wait, () => this.#write());
      }
      return false;
    }
    const outage = this.#outage;
    const group = this.#group;
    this.#outage = undefined;
    this.#group = undefined;
    group?.resolve();
    if (outage !== undefined) {
      onResumed(outage);
      outage.over.resolve();
    }
    return true;
  }
}
