/** Lets one event of each value pass. */
import type { Event } from "../event/event.ts";
import { eventPath, eventText, type EventValue } from "./event_path.ts";

/** Values that are remembered: those seen last. */
const MOST = 100_000;

/** Remembers values. */
export class UniqueBy {
  readonly #value: EventValue;
  readonly #most: number;
  readonly #seen = new Set<string>();

  /** @param path of the value, as {@linkcode eventPath} takes it */
  constructor(path: string, most: number = MOST) {
    this.#value = eventPath(path);
    this.#most = most;
  }

  /** True for the first event with its value; an event without the value never passes. */
  passes(event: Event): boolean {
    const text = eventText(this.#value(event));
    if (text === undefined) return false;
    const isNew = !this.#seen.delete(text);
    // At the end of the order again: the first to go is the one not seen for the longest.
    this.#seen.add(text);
    if (this.#seen.size > this.#most) this.#seen.delete(this.#seen.values().next().value!);
    return isNew;
  }
}
