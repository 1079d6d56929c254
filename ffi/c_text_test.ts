import assert from "node:assert/strict";
import fc from "fast-check";
import { CODE_POINT } from "../tests/support/text_arbitrary.ts";
import { cString, cText } from "./c_text.ts";

Deno.test("cText() reads what cString() made, for every text without NUL", () => {
  const text = fc.string({ unit: CODE_POINT }).map((value) => value.replaceAll("\0", ""));
  fc.assert(fc.property(text, (value) => {
    const bytes = cString(value);
    assert.equal(bytes.at(-1), 0);
    assert.equal(cText(bytes), value);
    assert.equal(cText(new Uint8Array([...bytes, 65, 66])), value);
  }));
});

Deno.test("cString() refuses a NUL inside", () => {
  assert.throws(() => cString("eth0\0.example"), RangeError);
});

Deno.test("cText() takes all bytes when there is no NUL", () => {
  assert.equal(cText(new Uint8Array([97, 98])), "ab");
});
