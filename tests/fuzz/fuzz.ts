/** The fuzzer: mutates and tries inputs of one target until time is up or something is wrong. */
import { readCrashes } from "./crash.ts";
import { Pool } from "./pool.ts";
import { Random, seedOf } from "./random.ts";
import type { FuzzTarget } from "./target.ts";
import { tryInput } from "./trial.ts";

/** An input and what it does. */
export interface Crash {
  readonly target: string;
  readonly input: Uint8Array;
  /** Message and stack. */
  readonly problem: string;
}

/** What a run came to. */
export interface FuzzResult {
  readonly target: string;
  readonly executions: number;
  readonly millis: number;
  readonly crash: Crash | undefined;
}

/** How to run. */
export interface FuzzOptions {
  readonly seed: number;
  readonly millis: number;
  /** Told of each input before it is tried, so that one that never ends is known. */
  readonly onInput?: (input: Uint8Array) => void;
}

/**
 * Tries the crashes of before, then seeds and what can be made of them. Which inputs these are is decided
 * by the seed alone; how many, by the time.
 */
export async function fuzz(target: FuzzTarget, options: FuzzOptions): Promise<FuzzResult> {
  const { seed, millis, onInput = () => {} } = options;
  const started = performance.now();
  const random = new Random(seedOf(`${seed} ${target.name}`));
  const pool = new Pool(target, random);
  const crashes = readCrashes(target.name);
  for (let executions = 0;; executions++) {
    const spent = performance.now() - started;
    const result = { target: target.name, executions, millis: spent, crash: undefined };
    if (executions > crashes.length && spent > millis) return result;
    const input = crashes[executions] ?? pool.next();
    onInput(input);
    const trial = await tryInput(target, input);
    if ("problem" in trial) {
      return { ...result, crash: { target: target.name, input, problem: trial.problem } };
    }
    // What comes next must not depend on the crashes that were kept.
    if (executions >= crashes.length) pool.note(input, trial.outcome);
  }
}
