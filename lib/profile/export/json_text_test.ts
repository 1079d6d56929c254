import assert from "node:assert/strict";
import fc from "fast-check";
import { hasUnsafe } from "../../text/unsafe.ts";
import { anyText } from "../../../tests/support/text_arbitrary.ts";
import { jsonText } from "./json_text.ts";

Deno.test("jsonText() has no half of a surrogate pair, and says all else as it is", () => {
  assert.equal(jsonText("a\ud83d"), '"a\ufffd"');
  assert.equal(jsonText("\ud800\ud800\u202e"), '"\ufffd\ufffd\\u202e"');
  assert.equal(jsonText("\\\ud800\\ud800\u{1f600}"), '"\\\\\ufffd\\\\ud800\u{1f600}"');
  fc.assert(fc.property(anyText(), anyText(), (one, other) => {
    const text = jsonText({ [one.toWellFormed()]: [other, `\\${one}\\`] });
    assert.deepEqual(JSON.parse(text), {
      [one.toWellFormed()]: [other.toWellFormed(), `\\${one.toWellFormed()}\\`],
    });
    assert.doesNotMatch(text, /(?<!\\)(?:\\\\)*\\ud[89a-f]/);
    assert.equal(hasUnsafe(text), false);
  }));
});

Deno.test("jsonText() takes time by the length of what it writes alone", () => {
  const text = jsonText(`${"\\".repeat(1_000_000)}\ud800`);
  assert.equal(text.length, 2_000_003);
});
