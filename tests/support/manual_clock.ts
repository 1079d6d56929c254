/** A clock for tests: its time passes when the test says so. */
import type { Clock } from "../../lib/probe/clock.ts";

/** Starts at 0 milliseconds. */
export class ManualClock implements Clock {
  #now = 0;
  #sleepers: { readonly at: number; readonly wake: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  sleep(milliseconds: number): Promise<void> {
    return new Promise((wake) => this.#sleepers.push({ at: this.#now + milliseconds, wake }));
  }

  /** Moments for which somebody sleeps, in order. */
  get alarms(): number[] {
    return this.#sleepers.map(({ at }) => at).sort((a, b) => a - b);
  }

  /** Lets time pass, and wakes whose time has come. */
  advance(milliseconds: number): void {
    this.#now += milliseconds;
    const due = this.#sleepers.filter(({ at }) => at <= this.#now).sort((a, b) => a.at - b.at);
    this.#sleepers = this.#sleepers.filter(({ at }) => at > this.#now);
    for (const { wake } of due) wake();
  }
}
