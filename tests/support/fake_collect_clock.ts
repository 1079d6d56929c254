/** A clock that stands still until it is told to go on. */
import type { CollectClock } from "../../lib/collect/collect_clock.ts";

/** Time for collectors in tests. */
export class FakeCollectClock implements CollectClock {
  #now: number;
  #millis = 0;
  #timers = new Set<{ readonly at: number; readonly action: () => void }>();

  /** @param now microseconds since the epoch */
  constructor(now: number) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#millis;
  }

  after(millis: number, action: () => void): () => void {
    const timer = { at: this.#millis + millis, action };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Lets time pass; what is due is done in its order. */
  advance(millis: number): void {
    const end = this.#millis + millis;
    for (;;) {
      const due = [...this.#timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.#timers.delete(due);
      this.#set(Math.max(this.#millis, due.at));
      due.action();
    }
    this.#set(end);
  }

  /** Somebody sets the clock, by so many milliseconds. */
  step(millis: number): void {
    this.#now += millis * 1000;
  }

  #set(millis: number): void {
    this.#now += (millis - this.#millis) * 1000;
    this.#millis = millis;
  }
}
