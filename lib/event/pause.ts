/** Waiting in the middle of a write. */

/**
 * Sleeps `millis` milliseconds without giving up the thread: what writes lines in order must not be
 * overtaken by itself.
 */
export function pause(millis: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, millis);
}
