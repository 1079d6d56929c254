/** Waits between attempts, longer and longer. */

import { sleep } from "../../sleep.ts";

/** Milliseconds. */
const FIRST = 250;
const LONGEST = 30_000;

/** How time passes; tests hand in one of their own. */
export type Sleep = (milliseconds: number, signal: AbortSignal) => Promise<void>;

/** Doubles the wait with each failure in a row. */
export class BackOff {
  readonly #sleep: Sleep;
  readonly #random: () => number;
  #next = FIRST;

  constructor(sleeping: Sleep = sleep, random: () => number = Math.random) {
    this.#sleep = sleeping;
    this.#random = random;
  }

  /** True after a failure. */
  get isFailing(): boolean {
    return this.#next > FIRST;
  }

  /** Waits for the next attempt; half of it by chance, so that many senders do not come at once. */
  async wait(signal: AbortSignal): Promise<void> {
    const wait = this.#next * (0.5 + this.#random() / 2);
    this.#next = Math.min(LONGEST, this.#next * 2);
    await this.#sleep(wait, signal);
  }

  /** An attempt went well. */
  reset(): void {
    this.#next = FIRST;
  }
}
