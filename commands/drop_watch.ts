/** Notices that the kernel drops packets while a capture runs. */

/** Warnings are no nearer to each other than this. */
const WARN_EVERY_MS = 10_000;

/** Watches the counter of one capture. */
export class DropWatch {
  #told = 0;
  #due = -Infinity;

  /**
   * Looks at the counter.
   *
   * @param dropped packets dropped so far
   * @param now a clock in milliseconds
   * @returns how many were dropped that nobody was told of, when it is time to tell
   */
  check(dropped: number, now: number): number | undefined {
    if (dropped === this.#told || now < this.#due) return undefined;
    const fresh = dropped - this.#told;
    this.#told = dropped;
    this.#due = now + WARN_EVERY_MS;
    return fresh;
  }
}
