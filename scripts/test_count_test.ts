import assert from "node:assert/strict";
import { countTests } from "./test_count.ts";

async function count(...chunks: string[]) {
  return await countTests((async function* () {
    yield* chunks;
  })());
}

Deno.test("countTests() reads the summary, wherever the output was cut", async () => {
  const output =
    "./a_test.ts => one ... ok (1ms)\n\nok | 12 passed (3 steps) | 0 failed (40ms)\n\n";
  const expected = { passed: 12, failed: 0, skipped: 0, skippedNames: [] };
  assert.deepEqual(await count(output), expected);
  assert.deepEqual(await count(...output), expected);
});

Deno.test("countTests() reads failures, steps and colours", async () => {
  assert.deepEqual(
    await count(
      "\x1b[0m\x1b[38;5;245m./b_test.ts => \x1b[0mno \x1b[0m... \x1b[0m\x1b[33mignored\x1b[0m \x1b[0m\x1b[38;5;245m(0ms)\x1b[0m\n",
      "\x1b[0m\x1b[31mFAILED\x1b[0m | 2 passed (1 step) | 4 failed (1 step) | 1 ignored \x1b[0m(42ms)\n",
    ),
    { passed: 2, failed: 4, skipped: 1, skippedNames: ["./b_test.ts: no"] },
  );
});

Deno.test("countTests() names tests that were ignored without --parallel", async () => {
  const result = await count(
    "running 2 tests from ./tests/a_test.ts\n",
    "nginx [skipped: no nginx] ... ignored (0ms)\nother ... ok (0ms)\n",
    "ok | 1 passed | 0 failed | 1 ignored (3ms)\n",
  );
  assert.deepEqual(result?.skippedNames, ["nginx [skipped: no nginx]"]);
});

Deno.test("countTests() takes the last summary, which no test can have printed", async () => {
  const result = await count(
    "ok | 99 passed | 0 failed (1ms)\n",
    "FAILED | 1 passed | 1 failed | 3 filtered out (2ms)\n",
  );
  assert.deepEqual([result?.passed, result?.failed, result?.skipped], [1, 1, 0]);
});

Deno.test("countTests() counts nothing without a summary", async () => {
  assert.equal(await count("error: Type checking failed.\n"), undefined);
});
