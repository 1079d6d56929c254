/** How fast, and how many at a time: the two limits on new connections. */
import { type Clock, REAL_CLOCK } from "./clock.ts";

/** Spreads turns evenly: at most `perSecond` of them a second, in order of asking. */
export class Pacer {
  readonly #gap: number;
  readonly #clock: Clock;
  #next = -Infinity;

  /** @param perSecond turns a second; 0 for no limit */
  constructor(perSecond: number, clock: Clock = REAL_CLOCK) {
    this.#gap = perSecond > 0 ? 1000 / perSecond : 0;
    this.#clock = clock;
  }

  /** Resolves when it is this caller's turn; undefined when that is now. */
  turn(): Promise<void> | undefined {
    if (this.#gap === 0) return undefined;
    const now = this.#clock.now();
    const at = Math.max(now, this.#next);
    this.#next = at + this.#gap;
    if (at - now < 1) return undefined;
    return this.#clock.sleep(at - now);
  }
}

/** Counts what is in use and makes the rest wait, first come first served. */
export class Semaphore {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(count: number) {
    this.#free = count;
  }

  /** Takes one; undefined when there was one free, else a promise for the turn. */
  acquire(): Promise<void> | undefined {
    if (this.#free > 0) {
      this.#free--;
      return undefined;
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Gives one back. */
  release(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free++;
    else next();
  }
}
