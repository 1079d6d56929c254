/** Arguments of `deno task fuzz`. */
import { crashTarget } from "../../tests/fuzz/crash.ts";
import { findTarget, targetNames } from "../../tests/fuzz/targets.ts";

/** What to fuzz, for how long. */
export interface FuzzArguments {
  /** For each target; 0 until the user has enough. */
  readonly seconds: number;
  readonly seed: number;
  readonly targets: readonly string[];
  /** Files of crashes that are to be tried again, and nothing else. */
  readonly replays: readonly string[];
}

/** How it is called. */
export const USAGE = "usage: deno task fuzz [--seconds N] [--seed S] [TARGET|CRASH-FILE...]";

const DEFAULT_SECONDS = 10;

/** Reads the arguments. @throws {RangeError} that says what is wrong */
export function readArguments(args: readonly string[]): FuzzArguments {
  const values = { seconds: DEFAULT_SECONDS, seed: newSeed() };
  const targets: string[] = [];
  const replays: string[] = [];
  for (let index = 0; index < args.length; index++) {
    const arg = args[index]!;
    if (arg === "--seconds" || arg === "--seed") {
      values[arg === "--seed" ? "seed" : "seconds"] = wholeNumber(arg, args[++index]);
    } else if (findTarget(arg) !== undefined) targets.push(arg);
    else if (findTarget(crashTarget(arg)) !== undefined) replays.push(arg);
    else throw new RangeError(`no target "${arg}"; there are ${targetNames().join(", ")}`);
  }
  return { ...values, targets: targets.length > 0 ? targets : targetNames(), replays };
}

/** A seed that is new each time. */
export function newSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]!;
}

function wholeNumber(name: string, text = ""): number {
  if (!/^\d{1,10}$/.test(text)) throw new RangeError(`${name} takes a whole number`);
  return Number(text);
}
