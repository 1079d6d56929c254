/** Limits how long something may take. */

/** Did not happen in time. */
export class LateError extends Error {
  override readonly name = "LateError";
}

/**
 * What `promise` resolves to, if it does within `milliseconds`.
 *
 * @param onLate gets what it resolves to afterwards, to be closed
 * @throws {LateError}
 */
export async function within<T>(
  promise: Promise<T>,
  milliseconds: number,
  what: string,
  onLate: (value: T) => void = () => {},
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isLate = false;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      isLate = true;
      reject(new LateError(`${what} takes longer than ${milliseconds / 1000} s`));
    }, milliseconds);
  });
  promise.then((value) => isLate && onLate(value), () => {});
  try {
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
}
