import assert from "node:assert/strict";
import { CountedSets } from "./counted_sets.ts";

function add(sets: CountedSets, key: readonly number[], ...member: number[]): number {
  sets.key.set(key);
  return sets.add(Int32Array.from(member), 0);
}

Deno.test("add() counts the members of each set", () => {
  const sets = new CountedSets(4, 2, 1);
  assert.deepEqual([7, 8, 9].map((member) => add(sets, [1, 1], member)), [1, 2, 3]);
  assert.equal(add(sets, [1, 2], 7), 1);
  assert.equal(add(sets, [1, 1], 10), 4);
});

Deno.test("samples() gives the first eight members", () => {
  const sets = new CountedSets(4, 1, 2);
  for (let member = 0; member < 20; member++) add(sets, [5], member, -member);
  assert.deepEqual(
    sets.samples(sets.slot, 5).map((words) => [...words]),
    [0, 1, 2, 3, 4, 5, 6, 7].map((member) => [member, 0 - member | 0]),
  );
});

Deno.test("samples() gives none of a set that made room for another", () => {
  const sets = new CountedSets(1, 1, 1);
  add(sets, [1], 10);
  const { slot } = sets;
  add(sets, [2], 20);
  assert.deepEqual(sets.samples(slot, 1), []);
  assert.deepEqual(sets.samples(slot, 2).map((words) => words[0]), [20]);
  assert.equal(add(sets, [1], 11), 1);
});
