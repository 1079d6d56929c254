/** Counts what the limiter holds back, so that totals stay true. */
import { createEvent } from "../event/create.ts";
import type { Event } from "../event/event.ts";
import { UNKNOWN_ATTACKER } from "../event/event.ts";
import { formatTimestamp } from "../event/time.ts";
import type { LimitKey } from "./limiter.ts";

/** Type of the event that tells what was held back. */
export const RATE_LIMITED = "rate_limited";

/** Keys that may wait to be told of before some are told of early. */
export const MAX_HELD = 4096;

/** Events of one key that were held back; times in microseconds since the epoch. */
export interface HeldCount {
  readonly count: number;
  readonly first: number;
  readonly last: number;
}

/** {@linkcode HeldCount} with its key, as it is stored. */
export interface HeldEntry extends HeldCount, LimitKey {}

interface Held {
  readonly key: LimitKey;
  /** Milliseconds of the clock handed in when the first was held back. */
  readonly since: number;
  /** What the stored cursor covers. */
  saved: HeldCount | undefined;
  /** What has come since. */
  fresh: HeldCount | undefined;
}

/**
 * Held events by key. Only what a stored cursor covers is told of: after a crash the same lines come
 * again, and what was told before would be counted twice.
 */
export class HeldBack {
  /** Events held back since the start. */
  total = 0;
  readonly #held = new Map<string, Held>();
  /** What an earlier run had stored: it may have told of just that, and died. */
  #restored: HeldEntry[] = [];
  #isStored = true;

  /** Keys of which something is to be told. */
  get size(): number {
    return this.#restored.length + this.#held.size;
  }

  /** Counts an event at `micros` since the epoch; `now` is a clock's milliseconds. */
  add(key: LimitKey, micros: number, now: number): void {
    this.total++;
    const held = this.#entry(key, now);
    held.fresh = merged(held.fresh, { count: 1, first: micros, last: micros });
  }

  /** All counts, to be stored with a cursor; {@linkcode HeldBack.stored} is called once they are. */
  save(): HeldEntry[] {
    this.#isStored = false;
    const entries: HeldEntry[] = [...this.#restored];
    for (const held of this.#held.values()) {
      if (held.fresh !== undefined) held.saved = merged(held.saved, held.fresh);
      held.fresh = undefined;
      if (held.saved !== undefined) entries.push({ ...held.key, ...held.saved });
    }
    return entries;
  }

  /** What was last saved is stored. */
  stored(): void {
    this.#isStored = true;
  }

  /** Takes up what an earlier run had stored. */
  restore(entries: readonly HeldEntry[]): void {
    this.#restored.push(...entries);
  }

  /**
   * Takes out what is stored of the keys that have waited `wait` milliseconds at `now`, and of the oldest
   * keys while there are too many.
   */
  takeDue(now: number, wait: number): HeldEntry[] {
    if (!this.#isStored) return [];
    const due = this.#restored;
    this.#restored = [];
    for (const [text, held] of [...this.#held]) {
      // A map keeps its order: the others are younger.
      if (now - held.since < wait && this.#held.size <= MAX_HELD) break;
      if (held.saved === undefined) continue;
      this.#held.delete(text);
      due.push({ ...held.key, ...held.saved });
      if (held.fresh !== undefined) this.#held.set(text, { ...held, saved: undefined, since: now });
    }
    return due;
  }

  #entry(key: LimitKey, now: number): Held {
    const text = [key.attacker, key.decky, key.service, key.eventType].join("\n");
    let held = this.#held.get(text);
    if (held === undefined) {
      held = { key, since: now, saved: undefined, fresh: undefined };
      this.#held.set(text, held);
    }
    return held;
  }
}

/** The event that tells of `entry`; the same entry always makes the same event. */
export function heldEvent(entry: HeldEntry, sensor: string): Event {
  const { attacker, decky, service, eventType, count, first, last } = entry;
  return createEvent({
    time: last,
    sensor,
    decky,
    service,
    eventType: RATE_LIMITED,
    attackerIp: attacker,
    fields: {
      src_ip: attacker === UNKNOWN_ATTACKER ? undefined : attacker,
      limited_type: eventType,
      count,
      first: formatTimestamp(first),
      last: formatTimestamp(last),
    },
    origin: RATE_LIMITED,
  });
}

function merged(a: HeldCount | undefined, b: HeldCount): HeldCount {
  if (a === undefined) return b;
  return {
    count: a.count + b.count,
    first: Math.min(a.first, b.first),
    last: Math.max(a.last, b.last),
  };
}
