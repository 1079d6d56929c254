import assert from "node:assert/strict";
import { crashNames, crashTarget, readCrash } from "./crash.ts";
import { fuzzAll } from "./fleet.ts";
import type { FuzzResult } from "./fuzz.ts";
import { findTarget, targetNames } from "./targets.ts";
import { tryInput } from "./trial.ts";

/** For each target: long enough to find something in CI, and short where people wait. */
const MILLIS = Deno.env.get("CI") === "true" ? 10_000 : 300;

/** An input in a failure's message; a longer one is had again by its seed. */
const MAX_SHOWN = 4096;

for (const name of crashNames()) {
  Deno.test(`${crashTarget(name)} survives the input ${name} that once did harm`, async () => {
    const trial = await tryInput(findTarget(crashTarget(name))!, readCrash(name));
    assert.ok(!("problem" in trial), "problem" in trial ? trial.problem : "");
  });
}

Deno.test("no parser fails, hangs or runs out of bounds on hostile input", async (context) => {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0]!;
  // The name of the step tells the seed, however it ends.
  await context.step(`deno task fuzz --seed ${seed}`, async () => {
    const results: FuzzResult[] = [];
    await fuzzAll({
      targets: targetNames(),
      seed,
      millis: MILLIS,
      // One more than can run: with two processors all are through in less than 100 seconds.
      workers: navigator.hardwareConcurrency + 1,
      onResult: (result) => results.push(result),
    });
    assert.deepEqual(results.map(({ target }) => target).sort(), targetNames().sort());
    for (const { executions } of results) assert.ok(executions > 0);
    assert.equal(results.map(describeCrash).join(""), "");
  });
});

function describeCrash({ crash }: FuzzResult): string {
  if (crash === undefined) return "";
  const { target, input, problem } = crash;
  return `\n${target} on ${input.subarray(0, MAX_SHOWN).toBase64()}\n${problem}\n`;
}
