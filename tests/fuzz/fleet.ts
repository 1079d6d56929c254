/** Fuzzes many targets, some at a time. */
import type { FuzzResult } from "./fuzz.ts";
import { Lane } from "./lane.ts";

/** How to run. */
export interface FleetOptions {
  readonly targets: readonly string[];
  readonly seed: number;
  /** For each target. */
  readonly millis: number;
  /** Workers at a time. */
  readonly workers: number;
  /** Told of each target that is through. */
  readonly onResult: (result: FuzzResult) => void;
  /** Ends all of it. */
  readonly signal?: AbortSignal;
}

/** Runs all targets. @throws whatever a worker fails with outside of its target */
export async function fuzzAll(options: FleetOptions): Promise<void> {
  const waiting = [...options.targets];
  const lanes = Array.from({ length: options.workers }, async () => {
    while (waiting.length > 0 && options.signal?.aborted !== true) {
      await using lane = new Lane();
      await work(lane, waiting, options);
    }
  });
  await Promise.all(lanes);
}

/** Takes targets from those that wait, as long as the lane is of use. */
async function work(lane: Lane, waiting: string[], options: FleetOptions): Promise<void> {
  const { seed, millis, signal, onResult } = options;
  while (!lane.stuck && signal?.aborted !== true) {
    const target = waiting.shift();
    if (target === undefined) return;
    const result = await lane.run({ target, seed, millis }, signal);
    if (result !== undefined) onResult(result);
  }
}
