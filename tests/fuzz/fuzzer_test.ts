import assert from "node:assert/strict";
import { joinChunks, splitChunks } from "./chunks.ts";
import { fuzz } from "./fuzz.ts";
import { minimize } from "./minimize.ts";
import { MAX_INPUT, mutate } from "./mutate.ts";
import { Random } from "./random.ts";
import type { FuzzTarget } from "./target.ts";
import { tryInput } from "./trial.ts";

const SEED = new TextEncoder().encode("a length, here 0001, and what it is the length of");

/** A target that fails where `fails` says so. */
function target(fails: (input: Uint8Array) => boolean): FuzzTarget {
  return {
    name: "planted",
    seeds: () => [SEED],
    run: (input) => {
      if (fails(input)) throw new Error("planted");
      return String(input.length >> 4);
    },
  };
}

/** Longer than any run takes to find what was planted. */
const MILLIS = 60_000;

Deno.test("fuzz() finds what fails, and the same again with the same seed", async () => {
  const planted = target((input) => input.includes(0xff) && input.length < 20);
  const [one, same, other] = await Promise.all(
    [1, 1, 2].map((seed) => fuzz(planted, { seed, millis: MILLIS })),
  );
  assert.match(one!.crash!.problem, /planted/);
  assert.deepEqual(same!.crash!.input, one!.crash!.input);
  assert.equal(same!.executions, one!.executions);
  assert.notDeepEqual(other!.crash!.input, one!.crash!.input);
});

Deno.test("fuzz() tells of each input before it is tried", async () => {
  let told: Uint8Array | undefined;
  const planted = target((input) => {
    assert.deepEqual(input, told);
    return input[0] === 0;
  });
  const result = await fuzz(planted, { seed: 3, millis: MILLIS, onInput: (input) => told = input });
  assert.deepEqual(result.crash!.input, told);
  assert.match(result.crash!.problem, /planted/);
});

Deno.test("minimize() leaves what a crash needs", async () => {
  const planted = target((input) => input.includes(0xfe));
  const input = Uint8Array.from({ length: 500 }, (_, index) => index === 333 ? 0xfe : index & 0x7f);
  const { problem } = await tryInput(planted, input) as { problem: string };
  const crash = await minimize(planted, { target: "planted", input, problem }, () => {});
  assert.deepEqual([...crash.input], [0xfe]);
});

Deno.test("tryInput() tells of memory that an input only claims, and of a changed input", async () => {
  const claiming: FuzzTarget = {
    ...target(() => false),
    run: (input) => String(new Uint8Array(input[0]! << 24).length),
  };
  assert.deepEqual(await tryInput(claiming, Uint8Array.of(0)), { outcome: "0" });
  const claimed = await tryInput(claiming, Uint8Array.of(2));
  assert.match("problem" in claimed ? claimed.problem : "", /bytes of memory for 1 bytes of input/);
  const changing: FuzzTarget = { ...claiming, run: (input) => String(input.fill(1).length) };
  assert.deepEqual(await tryInput(changing, SEED), { problem: "the input was changed" });
});

Deno.test("mutate() gives another input within bounds, and leaves what it is given", () => {
  const random = new Random(1);
  const long = new Uint8Array(MAX_INPUT).fill(7);
  const given = [new Uint8Array(0), SEED, long];
  const material = { random, pool: [SEED, long], words: [SEED] };
  const found = new Set<string>();
  for (let count = 0; count < 3000; count++) {
    const mutated = mutate(given[count % given.length]!, material);
    assert.ok(mutated.length <= MAX_INPUT);
    if (count % given.length === 1) found.add(mutated.toHex());
  }
  assert.ok(found.size > 800);
  assert.ok(long.every((byte) => byte === 7));
});

Deno.test("splitChunks() undoes joinChunks(), and reads anything", () => {
  const chunks = [
    { fromClient: true, bytes: SEED },
    { fromClient: false, bytes: new Uint8Array(0) },
    { fromClient: false, bytes: new Uint8Array(300) },
  ];
  assert.deepEqual(splitChunks(joinChunks(chunks)), chunks);
  assert.deepEqual(splitChunks(Uint8Array.of(0xff, 0xff, 1)), [
    { fromClient: false, bytes: Uint8Array.of(1) },
  ]);
  assert.deepEqual(splitChunks(Uint8Array.of(0)), []);
});
