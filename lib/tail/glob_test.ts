import assert from "node:assert/strict";
import fc from "fast-check";
import { globMatcher, literalOf } from "./glob.ts";

Deno.test("globMatcher() matches what the regular expression of the pattern matches", () => {
  const pattern = fc.string({ unit: fc.constantFrom("a", "b", "*", "?"), maxLength: 7 });
  const text = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 9 });
  fc.assert(
    fc.property(pattern, text, (glob, value) => {
      const regex = new RegExp(`^${glob.replaceAll("*", ".*").replaceAll("?", ".")}$`);
      assert.equal(globMatcher(glob)(value), regex.test(value));
    }),
    { numRuns: 3000 },
  );
});

Deno.test("globMatcher() takes what is special elsewhere as it is", () => {
  assert.ok(globMatcher("a.c+[x]*")("a.c+[x]y"));
  assert.ok(!globMatcher("a.c")("abc"));
  assert.throws(() => globMatcher("a".repeat(1025)), RangeError);
});

Deno.test("literalOf() is the longest part that stands in each match", () => {
  assert.equal(literalOf("tls_*_hello?"), "_hello");
  assert.equal(literalOf("ssh"), "ssh");
  assert.equal(literalOf("*?*"), "");
});
