import assert from "node:assert/strict";
import fc from "fast-check";
import { addSampled, SampleMap } from "./sample.ts";

/** Counts of `keys` in a map of 8, stored and loaded again at `breaks`. */
function counted(keys: readonly string[], breaks: ReadonlySet<number> = new Set()) {
  let map = new SampleMap<number>(8);
  keys.forEach((key, index) => {
    const known = map.get(key);
    if (known === undefined) map.add(key, 1);
    else map.set(key, known + 1);
    if (!breaks.has(index)) return;
    const copy = new SampleMap<number>(8, map.truncated);
    for (const [each, count] of map) copy.add(each, count);
    map = copy;
  });
  return { items: [...map].sort(), truncated: map.truncated };
}

const KEYS = fc.array(fc.string({ maxLength: 2 }), { maxLength: 200 });

Deno.test("SampleMap keeps the same items with exact counts in any order, over any breaks", () => {
  fc.assert(
    fc.property(KEYS, fc.uniqueArray(fc.nat(200)), (keys, breaks) => {
      const { items, truncated } = counted(keys);
      const shuffled = [...keys].sort();
      assert.deepEqual(counted(shuffled, new Set(breaks)), { items, truncated });
      assert.equal(truncated, new Set(keys).size > 8);
      assert.equal(items.length, Math.min(8, new Set(keys).size));
      for (const [key, count] of items) {
        assert.equal(count, keys.filter((each) => each === key).length);
      }
    }),
  );
});

Deno.test("addSampled() keeps the same texts in any order", () => {
  fc.assert(
    fc.property(KEYS, (keys) => {
      const [one, other]: [string[], string[]] = [[], []];
      for (const key of keys) addSampled(one, key, 4);
      for (const key of [...keys].reverse()) addSampled(other, key, 4);
      assert.deepEqual(one.sort(), other.sort());
      assert.equal(one.length, Math.min(4, new Set(keys).size));
    }),
  );
});
