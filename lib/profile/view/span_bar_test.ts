import assert from "node:assert/strict";
import fc from "fast-check";
import { formatTimestamp } from "../../event/time.ts";
import { placeWithin, spanBar } from "./span_bar.ts";

const span = (first: number, last: number) => ({
  first_seen: formatTimestamp(first * 1_000_000),
  last_seen: formatTimestamp(last * 1_000_000),
});

Deno.test("spanBar() draws a span where it lies in the whole", () => {
  assert.equal(spanBar(span(0, 5), span(0, 10), 10), "\u2588".repeat(5) + "\u00b7".repeat(5));
  assert.equal(spanBar(span(5, 10), span(0, 10), 10), "\u00b7".repeat(5) + "\u2588".repeat(5));
});

Deno.test("spanBar() shows also a moment, and the whole where that is one", () => {
  assert.equal(spanBar(span(10, 10), span(0, 10), 5), "\u00b7\u00b7\u00b7\u00b7\u2588");
  assert.equal(spanBar(span(3, 3), span(3, 3), 4), "\u2588".repeat(4));
});

Deno.test("spanBar() and placeWithin() keep to their bounds, whatever the times", () => {
  const time = fc.integer({ min: -9e9, max: 9e9 });
  fc.assert(
    fc.property(time, time, time, time, fc.integer({ min: 1, max: 80 }), (a, b, c, d, width) => {
      assert.equal(spanBar(span(a, b), span(c, d), width).length, width);
      const { start, end } = placeWithin(span(a, b), span(c, d));
      assert.ok(start >= 0 && start <= end && end <= 1);
    }),
  );
});
