/** What the collector has done so far. */

/** Counters since the start; they only grow. */
export interface CollectCounters {
  /** Lines that sources gave. */
  lines: number;
  /** Lines that went to `BASE.log`. */
  logged: number;
  /** Events of lines that went to `BASE.json`. */
  events: number;
  /** Of these, lines of a known origin that are no event by themselves. */
  raw: number;
  /** Lines that are no event, of no known origin. */
  malformed: number;
  /** Lines without any text. */
  blank: number;
  /** Events that the limiter held back. */
  held: number;
  /** Events of programs that are not wanted. */
  dropped: number;
  /** Lines that were longer than a line may be. */
  truncated: number;
  /** Lines that the output held already when they came again. */
  repeated: number;
  /** Messages that came faster than they could be taken, from senders that cannot be held back. */
  lost: number;
}

/** Counters that are all 0. */
export function freshCounters(): CollectCounters {
  return {
    ...{ lines: 0, logged: 0, events: 0, raw: 0, malformed: 0, blank: 0 },
    ...{ held: 0, dropped: 0, truncated: 0, repeated: 0, lost: 0 },
  };
}

/** What has been counted since `before`. */
export function countersSince(now: CollectCounters, before: CollectCounters): CollectCounters {
  const counts = freshCounters();
  for (const name of Object.keys(counts) as (keyof CollectCounters)[]) {
    counts[name] = now[name] - before[name];
  }
  return counts;
}
