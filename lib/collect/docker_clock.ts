/** Notices that a clock was stepped back. */

/** A clock that has lost so much was stepped back; less is not worth the work. */
const STEP_MS = 2000;

/** Compares a wall clock with one that only runs forward. */
export class ClockWatch {
  readonly #now: () => number;
  readonly #monotonic: () => number;
  /** By how much the wall clock was ahead of the other at most, since it was stepped back last. */
  #ahead: number;

  /** @param now the wall clock, and one that only runs forward; both in milliseconds */
  constructor(now: () => number, monotonic: () => number = () => performance.now()) {
    this.#now = now;
    this.#monotonic = monotonic;
    this.#ahead = now() - monotonic();
  }

  /** True when it was stepped back since the last time that this was asked. */
  hasStepped(): boolean {
    const ahead = this.#now() - this.#monotonic();
    const isStepped = ahead < this.#ahead - STEP_MS;
    this.#ahead = isStepped ? ahead : Math.max(ahead, this.#ahead);
    return isStepped;
  }
}
