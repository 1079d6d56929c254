/** Hands records to the log pair, and keeps what a full disk holds back. */
import type { LogPair, LogRecord } from "../lib/event/log_pair.ts";

/** Records that may wait for the disk; past that the oldest are given up, and counted. */
const MAX_WAITING = 10_000;

/** Feeds a log pair in order, again from where it failed. */
export class Emitter {
  /** Records that were given up because too many were waiting. */
  lost = 0;
  readonly #log: Pick<LogPair, "append">;
  readonly #onFailure: (error: unknown) => void;
  #waiting: LogRecord[] = [];
  #failing = false;

  /** @param onFailure told once when writing begins to fail */
  constructor(log: Pick<LogPair, "append">, onFailure: (error: unknown) => void) {
    this.#log = log;
    this.#onFailure = onFailure;
  }

  /** Records that have not been written yet. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Writes `records`, or keeps them for later. @returns true when they are written */
  emit(records: readonly LogRecord[]): boolean {
    this.#waiting = this.#waiting.concat(records);
    const written = this.flush();
    const excess = Math.max(0, this.#waiting.length - MAX_WAITING);
    this.#waiting.splice(0, excess);
    this.lost += excess;
    return written;
  }

  /** Tries to write what is waiting. @returns true when nothing is left */
  flush(): boolean {
    if (this.#waiting.length === 0) return true;
    try {
      this.#log.append(this.#waiting);
      this.#waiting = [];
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) this.#onFailure(error);
      this.#failing = true;
    }
    return this.#waiting.length === 0;
  }
}
