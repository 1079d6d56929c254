import assert from "node:assert/strict";
import fc from "fast-check";
import { IntervalStats } from "./interval_stats.ts";

function statsOf(seconds: readonly number[]): IntervalStats {
  const stats = new IntervalStats();
  for (const each of seconds) stats.add(Math.round(each * 1_000_000));
  return stats;
}

Deno.test("IntervalStats gives mean, deviation of the population, smallest and largest", () => {
  assert.deepEqual(statsOf([2, 4, 4, 4, 5, 5, 7, 9]).stats(), {
    ...{ intervals: 8, mean_s: 5, stdev_s: 2, min_s: 2, max_s: 9, cv: 0.4 },
    median_s: statsOf([2, 4, 4, 4, 5, 5, 7, 9]).stats()!.median_s,
  });
  assert.equal(statsOf([]).stats(), undefined);
  assert.deepEqual(statsOf([0, 0]).stats(), {
    ...{ intervals: 2, mean_s: 0, median_s: 0, stdev_s: 0, min_s: 0, max_s: 0 },
  });
});

Deno.test("IntervalStats gives a median within 10 per cent", () => {
  const seconds = fc.array(fc.double({ min: 0.001, max: 1e6, noNaN: true }), { minLength: 1 })
    .filter(({ length }) => length % 2 === 1);
  fc.assert(
    fc.property(seconds, (values) => {
      const median = [...values].sort((one, other) => one - other)[values.length >> 1]!;
      const found = statsOf(values).median;
      assert.ok(Math.abs(found - median) <= 0.1 * median + 1e-6, `${found} for ${median}`);
    }),
  );
});

Deno.test("IntervalStats goes on from what was stored", () => {
  const values = fc.array(fc.integer({ min: 0, max: 2 ** 40 }));
  fc.assert(
    fc.property(values, values, (first, rest) => {
      const whole = new IntervalStats();
      for (const each of [...first, ...rest]) whole.add(each);
      const before = new IntervalStats();
      for (const each of first) before.add(each);
      const after = IntervalStats.decode(JSON.parse(JSON.stringify(before.encode())));
      for (const each of rest) after.add(each);
      assert.deepEqual(after.encode(), whole.encode());
    }),
  );
});
