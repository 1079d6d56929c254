/** One service on one state file: two would each keep to the limits, and the targets feel both. */
import { releaseLock } from "../release_lock.ts";

/** The lock of a state file, until it is disposed of or the process ends in whatever way. */
export interface ServiceLock extends Disposable {
  readonly path: string;
}

/**
 * Takes the lock of the state file at `statePath`, a file beside it.
 *
 * @returns undefined when another process has it
 * @throws {Error} of the system, when the file cannot be made
 */
export function lockService(statePath: string): ServiceLock | undefined {
  const path = `${statePath}-prober.lock`;
  const file = Deno.openSync(path, { write: true, create: true, mode: 0o640 });
  if (file.tryLockSync(true)) return { path, [Symbol.dispose]: () => releaseLock(file) };
  file.close();
  return undefined;
}
