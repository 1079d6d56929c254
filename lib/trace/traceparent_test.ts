import assert from "node:assert/strict";
import fc from "fast-check";
import { distinctOrigins, isTraceparent, parseTraceparent } from "./traceparent.ts";

const ONE = `00-${"0123456789abcdef".repeat(2)}-0123456789abcdef-01`;

Deno.test("parseTraceparent() gives trace, span and flags", () => {
  assert.deepEqual(parseTraceparent(ONE), {
    traceId: "0123456789abcdef".repeat(2),
    spanId: "0123456789abcdef",
    traceFlags: 1,
  });
});

Deno.test("parseTraceparent() returns undefined for what is no traceparent", () => {
  const wrong = [
    ...[undefined, null, 7, {}, "", ONE.toUpperCase(), `${ONE}\r\nX: y`, ` ${ONE}`, `${ONE}-x`],
    ...[ONE.replace("00-", "ff-"), `00-${"0".repeat(32)}-0123456789abcdef-01`],
    `00-${"1".repeat(32)}-${"0".repeat(16)}-01`,
  ];
  for (const value of wrong) assert.equal(parseTraceparent(value), undefined, String(value));
});

Deno.test("isTraceparent() takes nothing that a header could not hold", () => {
  fc.assert(fc.property(fc.anything(), (value) => {
    if (isTraceparent(value)) assert.match(value, /^[0-9a-f-]{55}$/);
  }));
});

Deno.test("distinctOrigins() gives each once, 128 at the most, and no nonsense", () => {
  assert.deepEqual(distinctOrigins([undefined, ONE, "x", ONE, 7]), [ONE]);
  const many = Array.from(
    { length: 300 },
    (_, index) => `00-${"1".repeat(32)}-${(index + 1).toString(16).padStart(16, "0")}-01`,
  );
  assert.deepEqual(distinctOrigins([...many, ...many]), many.slice(0, 128));
});
