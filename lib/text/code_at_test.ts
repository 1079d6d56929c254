import fc from "fast-check";
import assert from "node:assert/strict";
import { CODE_POINT } from "../../tests/support/text_arbitrary.ts";
import { codeAt } from "./code_at.ts";

Deno.test("codeAt() gives what charCodeAt() gives", () => {
  fc.assert(fc.property(fc.string({ unit: CODE_POINT }), fc.nat(20), (text, index) => {
    assert.ok(Object.is(codeAt(text, index), text.charCodeAt(index)));
  }));
});
