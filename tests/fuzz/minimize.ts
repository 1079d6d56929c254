/** Makes the input of a crash shorter, as long as it still does harm of the same kind. */
import { concatBytes } from "../../lib/bytes.ts";
import type { Crash } from "./fuzz.ts";
import type { FuzzTarget } from "./target.ts";
import { tryInput } from "./trial.ts";

/** What is tried at most: a crash that takes a second each time would take too long. */
const MAX_MILLIS = 5000;

/**
 * A shorter input with the same problem, or the same input.
 *
 * @param onInput told of each input before it is tried
 */
export async function minimize(
  target: FuzzTarget,
  crash: Crash,
  onInput: (input: Uint8Array) => void,
): Promise<Crash> {
  const deadline = performance.now() + MAX_MILLIS;
  let best = crash;
  for (let size = crash.input.length >> 1; size > 0; size >>= 1) {
    for (let at = 0; at < best.input.length && performance.now() < deadline;) {
      const input = concatBytes(best.input.subarray(0, at), best.input.subarray(at + size));
      onInput(input);
      const trial = await tryInput(target, input);
      const same = "problem" in trial && kindOf(trial.problem) === kindOf(crash.problem);
      if (same) best = { ...best, input, problem: trial.problem };
      else at += size;
    }
  }
  return best;
}

/** Where in our code it went wrong: messages tell of the input. */
function kindOf(problem: string): string {
  return problem.match(/\/(?:lib|tests)\/\S+:\d+:\d+/g)?.slice(0, 2).join() ??
    problem.replace(/\d+/g, "#");
}
