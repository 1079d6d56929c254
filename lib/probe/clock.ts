/** The passing of time, for waits on purpose; tests hand in one of their own. */

import { sleep } from "../sleep.ts";

/** A clock and an alarm. */
export interface Clock {
  /** Milliseconds since some moment; never runs backwards. */
  now(): number;
  /** Resolves `milliseconds` from now, or with `signal`. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** Longest time of a timer: what is beyond a signed 32-bit integer fires at once. */
export const MAX_TIMER_MS: number = 2 ** 31 - 1;

/** The clock of this machine. */
export const REAL_CLOCK: Clock = {
  now: () => performance.now(),
  sleep: (milliseconds, signal) => sleep(Math.min(milliseconds, MAX_TIMER_MS), signal),
};
