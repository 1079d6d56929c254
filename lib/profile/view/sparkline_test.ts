import assert from "node:assert/strict";
import { sparkline } from "./sparkline.ts";

Deno.test("sparkline() draws the greatest full, the least low and nothing as a dot", () => {
  assert.equal(sparkline([0, 1, 4, 8]), "\u00b7\u2581\u2584\u2588");
  assert.equal(sparkline([1], 1000), "\u2581");
});

Deno.test("sparkline() takes any number", () => {
  assert.equal(sparkline([NaN, Infinity, -1, 1e308], 10), "\u00b7\u2588\u00b7\u2588");
  assert.equal(sparkline([]), "");
  assert.equal(sparkline([0, 0]), "\u00b7\u00b7");
});
