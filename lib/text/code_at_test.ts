import fc from "fast-check";
import assert from "node:assert/strict";
import { codeAt } from "./code_at.ts";

Deno.test("codeAt() gives what charCodeAt() gives", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), fc.nat(20), (text, index) => {
    assert.ok(Object.is(codeAt(text, index), text.charCodeAt(index)));
  }));
});
