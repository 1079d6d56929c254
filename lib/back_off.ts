/** Waits between attempts, longer and longer. */

import { sleep } from "./sleep.ts";

/** The first wait, in milliseconds. */
const FIRST = 250;

/** The longest, where whoever waits has no other wish. */
const LONGEST = 30_000;

/** How time passes; tests hand in one of their own. */
export type Sleep = (milliseconds: number, signal: AbortSignal) => Promise<void>;

/** Doubles the wait with each failure in a row. */
export class BackOff {
  readonly #sleep: Sleep;
  readonly #random: () => number;
  readonly #longest: number;
  #next = FIRST;

  /** @param longest milliseconds that a wait takes at the most */
  constructor(
    sleeping: Sleep = sleep,
    random: () => number = Math.random,
    longest: number = LONGEST,
  ) {
    this.#sleep = sleeping;
    this.#random = random;
    this.#longest = longest;
  }

  /** True after a failure. */
  get isFailing(): boolean {
    return this.#next > FIRST;
  }

  /** Waits for the next attempt; half of it by chance, so that many senders do not come at once. */
  async wait(signal: AbortSignal): Promise<void> {
    const wait = this.#next * (0.5 + this.#random() / 2);
    this.#next = Math.min(this.#longest, this.#next * 2);
    await this.#sleep(wait, signal);
  }

  /** An attempt went well. */
  reset(): void {
    this.#next = FIRST;
  }
}
