/** Counts events by one of their values. */
import type { Event } from "../event/event.ts";
import { eventPath, eventText, type EventValue } from "./event_path.ts";

/** Values that are counted one by one; what comes beyond is counted as one. */
const MOST = 10_000;

/** Stands for events without the value, and for values beyond the most. */
const NONE = "-";
const OTHERS = "(others)";

/** Counts between two looks. */
export class CountBy {
  readonly #value: EventValue;
  #counts = new Map<string, number>();

  /** @param path of the value, as {@linkcode eventPath} takes it */
  constructor(path: string) {
    this.#value = eventPath(path);
  }

  add(event: Event): void {
    const text = eventText(this.#value(event)) ?? NONE;
    const counts = this.#counts;
    const key = counts.size < MOST || counts.has(text) ? text : OTHERS;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }

  /** The counts since the last call, the largest first; values of equal counts in their order. */
  take(): [value: string, count: number][] {
    const counts = [...this.#counts];
    this.#counts = new Map();
    return counts.sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  }
}
