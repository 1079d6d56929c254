/** Time, as the collector needs it. */

/** Time, for tests to hand in one of their own. */
export interface CollectClock {
  /** Microseconds since the epoch. */
  now(): number;
  /** Milliseconds of a clock that nobody sets. */
  monotonic(): number;
  /** Runs `action` after `millis`. @returns what prevents that */
  after(millis: number, action: () => void): () => void;
}

/** The time of this machine. */
export const REAL_CLOCK: CollectClock = {
  now: () => Date.now() * 1000,
  monotonic: () => performance.now(),
  after: (millis, action) => {
    const timer = setTimeout(action, millis);
    return () => clearTimeout(timer);
  },
};
