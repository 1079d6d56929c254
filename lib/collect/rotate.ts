/** Rotates the output: by names, so that nothing is copied and nobody loses a line. */

/** A path and the error of renaming it. */
export interface RotationFailure {
  readonly path: string;
  readonly error: Error;
}

/**
 * Renames each of `paths` to `.1`, what has that name to `.2` and so on; of each `keep` are kept. Whoever
 * has a file open keeps writing to it under its new name.
 *
 * @returns what could not be renamed
 */
export function rotateFiles(paths: readonly string[], keep: number): RotationFailure[] {
  const failures: RotationFailure[] = [];
  for (const path of paths) {
    try {
      shift(path, keep);
    } catch (error) {
      failures.push({ path, error: error as Error });
    }
  }
  return failures;
}

function shift(path: string, keep: number): void {
  const name = (number: number) => number === 0 ? path : `${path}.${number}`;
  // The first free number takes the last of those before it: a gap stops the shift.
  let last = 0;
  while (last < keep && exists(name(last))) last++;
  for (let number = last; number > 0; number--) {
    if (exists(name(number - 1))) Deno.renameSync(name(number - 1), name(number));
  }
}

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
