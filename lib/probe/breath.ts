/** Lets timers, signals and sockets have their turn within long work that waits for nothing. */

/** Longest work at a stretch. */
const BREATH_MS = 10;

/** A function that, called within a loop, gives something to wait for when it is time to let go. */
export function breath(): () => Promise<void> | undefined {
  let last = performance.now();
  return () => {
    if (performance.now() - last < BREATH_MS) return undefined;
    return new Promise((resolve) =>
      setTimeout(() => {
        last = performance.now();
        resolve();
      }, 0)
    );
  };
}
