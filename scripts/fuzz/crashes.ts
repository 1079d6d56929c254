// deno-lint-ignore-file no-console -- it tells people what it does
/** Keeps crashes, and tries them again. */
import { crashTarget, writeCrash } from "../../tests/fuzz/crash.ts";
import type { Crash } from "../../tests/fuzz/fuzz.ts";
import { findTarget } from "../../tests/fuzz/targets.ts";
import { tryInput } from "../../tests/fuzz/trial.ts";

/** Writes a crash to a file; gives what there is to say of it. */
export function keepCrash({ target, input, problem }: Crash): string {
  const path = writeCrash(target, input);
  return `${problem}\n  kept as ${path}\n  again: deno task fuzz ${path}`;
}

/** Tries the input in a file again; false when it still does harm. */
export async function replay(path: string): Promise<boolean> {
  const trial = await tryInput(findTarget(crashTarget(path))!, await Deno.readFile(path));
  console.log(`${path}: ${"problem" in trial ? trial.problem : `well: ${trial.outcome}`}`);
  return !("problem" in trial);
}
