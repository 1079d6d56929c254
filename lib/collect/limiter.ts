/** Lets the first of many equal events through, and holds back the rest for a while. */
import { Dedup } from "../sniff/dedup.ts";

/** Keys that are remembered: where there are more, the one let through longest ago is forgotten. */
const MAX_KEYS = 262_144;

/** DECNET's own window and types. */
export const DEFAULT_WINDOW_SECONDS = 1;
export const DEFAULT_LIMITED_TYPES: readonly string[] = [
  ...["connect", "disconnect", "connection", "accept", "close"],
];

/** What events are told apart by. */
export interface LimitKey {
  readonly attacker: string;
  readonly decky: string;
  readonly service: string;
  readonly eventType: string;
}

/** What is held back. */
export interface LimiterOptions {
  /** Microseconds for which equal events are held back behind one that was let through; 0 for never. */
  readonly window: number;
  /** Types of events that are limited. */
  readonly types: Iterable<string>;
}

/**
 * Each event at a fixed cost, in memory that does not grow: a key that was forgotten lets one event too
 * many through, never one too few. Time is that of the events, so that a log that is read late is held
 * back no more than it would have been.
 */
export class Limiter {
  readonly #types: ReadonlySet<string>;
  readonly #passed: Dedup;

  constructor({ window, types }: LimiterOptions) {
    this.#types = window > 0 ? new Set(types) : new Set();
    this.#passed = new Dedup(this.#types.size > 0 ? window : 0, MAX_KEYS);
  }

  /** True when an event of `key` at `micros` since the epoch is let through. */
  admits({ attacker, decky, service, eventType }: LimitKey, micros: number): boolean {
    if (!this.#types.has(eventType)) return true;
    return this.#passed.isNews(`${attacker}\n${decky}\n${service}\n${eventType}`, micros);
  }
}
