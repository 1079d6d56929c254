/** Opens files that may keep one waiting. */

/**
 * Opens a file as Deno.open() does. A named pipe waits there for its other end, and nobody else could end
 * that wait.
 *
 * @returns undefined when `signal` came first
 * @throws {Error} of the system
 */
export async function openFile(
  path: string,
  options: Deno.OpenOptions,
  signal: AbortSignal | undefined,
): Promise<Deno.FsFile | undefined> {
  if (signal?.aborted === true) return undefined;
  const opening = Deno.open(path, options);
  let onAbort = () => {};
  const aborted = new Promise<undefined>((resolve) => {
    onAbort = () => resolve(undefined);
    signal?.addEventListener("abort", onAbort);
  });
  try {
    const file = await Promise.race([opening, aborted]);
    if (file === undefined) opening.then((late) => late.close(), () => {});
    return file;
  } finally {
    signal?.removeEventListener("abort", onAbort);
  }
}
