/** Waiting that can be cut short. */

/** How long to wait before another attempt, in milliseconds. */
export interface BackoffOptions {
  /** @default 250 */
  readonly first?: number;
  /** @default 30,000 */
  readonly most?: number;
}

const FIRST_MS = 250;
const MOST_MS = 30_000;

/** Waits that double with each failure, with jitter: many that wait for one engine do not come at once. */
export class Backoff {
  readonly #first: number;
  readonly #most: number;
  readonly #random: () => number;
  #next: number;

  /** @param random gives numbers from 0 up to 1 */
  constructor({ first = FIRST_MS, most = MOST_MS }: BackoffOptions = {}, random = Math.random) {
    this.#first = first;
    this.#most = most;
    this.#random = random;
    this.#next = first;
  }

  /** Milliseconds to wait now: between half of and the whole of the step. */
  next(): number {
    const step = this.#next;
    this.#next = Math.min(this.#most, step * 2);
    return step / 2 + this.#random() * step / 2;
  }

  /** An attempt has succeeded. */
  reset(): void {
    this.#next = this.#first;
  }
}

/** Somebody waits here for something to happen, which may have happened already. */
export class Alarm {
  #rung = false;
  #wake: (() => void) | undefined;

  /** It has rung, and nobody waited. */
  get isRung(): boolean {
    return this.#rung;
  }

  /** Ends the wait, or the next one. */
  ring(): void {
    this.#rung = true;
    this.#wake?.();
  }

  /** What has happened so far is known. */
  reset(): void {
    this.#rung = false;
  }

  /** Resolves when it rings, with `signal`, or after `milliseconds` if they are given. */
  async wait(signal: AbortSignal, milliseconds?: number): Promise<void> {
    if (!this.#rung && !signal.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      signal.addEventListener("abort", resolve as () => void);
      const timer = milliseconds === undefined ? undefined : setTimeout(resolve, milliseconds);
      await promise;
      clearTimeout(timer);
      signal.removeEventListener("abort", resolve as () => void);
      this.#wake = undefined;
    }
    this.#rung = false;
  }
}
