/** Waiting that can be cut short. */

/** Resolves after `milliseconds`, or when `signal` is aborted; leaves neither a timer nor a listener. */
export function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return wakeableSleep(milliseconds, signal, () => {});
}

/** As {@linkcode sleep}; what `setWake` is given ends it as well. */
export function wakeableSleep(
  milliseconds: number,
  signal: AbortSignal | undefined,
  setWake: (wake: () => void) => void,
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const wake = () => {
    // A timer that is left would keep the process alive.
    clearTimeout(timer);
    signal?.removeEventListener("abort", wake);
    resolve();
  };
  const timer = setTimeout(wake, milliseconds);
  signal?.addEventListener("abort", wake);
  setWake(wake);
  if (signal?.aborted === true) wake();
  return promise;
}
