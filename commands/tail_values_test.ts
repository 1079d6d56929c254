import assert from "node:assert/strict";
import { parseMoment, parseShare } from "./tail_values.ts";

Deno.test("parseShare() reads parts of one", () => {
  assert.deepEqual(["0.1", "10%", "1/10", "1", "100%"].map(parseShare), [0.1, 0.1, 0.1, 1, 1]);
});

for (const text of ["0", "2", "101%", "1/0", "-1", "x", "", "1/", "1e-3"]) {
  Deno.test(`parseShare() refuses "${text}"`, () =>
    assert.throws(() => parseShare(text), RangeError));
}

Deno.test("parseMoment() reads times, dates and how long ago it was", () => {
  const now = Date.UTC(2026, 10, 21, 12) * 1000;
  assert.equal(parseMoment("1h", now), Date.UTC(2026, 10, 21, 11) * 1000);
  assert.equal(parseMoment("2026-11-20", now), Date.UTC(2026, 10, 20) * 1000);
  assert.equal(parseMoment("2026-11-20T01:00:00+01:00", now), Date.UTC(2026, 10, 20) * 1000);
  assert.equal(parseMoment("2026-11-20 00:00:01", now), Date.UTC(2026, 10, 20, 0, 0, 1) * 1000);
  assert.throws(() => parseMoment("yesterday", now), RangeError);
});
