/** The end of a lock on a file. */

/**
 * Lets go of a file that was locked, and closes it. To close it is not enough: a program that is being started
 * holds a copy of each open file, and of its lock (flock(2)), until it has become another.
 */
export function releaseLock(file: Deno.FsFile): void {
  file.unlockSync();
  file.close();
}
