// deno-lint-ignore-file no-console -- it tells people what it does
/**
 * Fuzzes all parsers, or those that are named, side by side.
 *
 * Usage: deno task fuzz [--seconds N] [--seed S] [TARGET|CRASH-FILE...]
 *
 * N seconds for each target, 10 if it is not said, 0 for rounds until Ctrl-C. The same seed tries the
 * same inputs. An input that does harm is kept in tests/fixtures/crashes, where the tests try it again
 * each time; given here by its path it is tried at once.
 */
import { fuzzAll } from "../tests/fuzz/fleet.ts";
import type { FuzzResult } from "../tests/fuzz/fuzz.ts";
import { type FuzzArguments, readArguments, USAGE } from "./fuzz/options.ts";
import { keepCrash, replay } from "./fuzz/crashes.ts";

/** Of one round when there is no end to them. */
const ROUND_SECONDS = 10;

function readOrExit(): FuzzArguments {
  try {
    return readArguments(Deno.args);
  } catch (error) {
    console.error(`${(error as Error).message}\n${USAGE}`);
    Deno.exit(2);
  }
}

const { seconds, seed, targets, replays } = readOrExit();
let crashes = 0;

function tell({ target, executions, millis, crash }: FuzzResult): void {
  const rate = Math.round(executions / Math.max(1, millis) * 1000);
  console.log(
    `${target.padEnd(14)}${String(executions).padStart(9)} inputs${String(rate).padStart(8)}/s${
      crash === undefined ? "" : "  CRASH"
    }`,
  );
  if (crash === undefined) return;
  crashes++;
  console.log(keepCrash(crash));
}

if (replays.length > 0) {
  for (const path of replays) if (!await replay(path)) crashes++;
} else {
  const stop = new AbortController();
  Deno.addSignalListener("SIGINT", () => stop.abort());
  const round = (number: number) => {
    console.log(`seed ${number}`);
    return fuzzAll({
      targets,
      seed: number,
      millis: (seconds || ROUND_SECONDS) * 1000,
      workers: navigator.hardwareConcurrency,
      signal: stop.signal,
      onResult: tell,
    });
  };
  await round(seed);
  for (let next = seed + 1; seconds === 0 && !stop.signal.aborted; next++) await round(next);
}
Deno.exit(crashes > 0 ? 1 : 0);
