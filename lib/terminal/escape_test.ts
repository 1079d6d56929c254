import assert from "node:assert/strict";
import fc from "fast-check";
import { hasUnsafe } from "../text/unsafe.ts";
import { anyText } from "../../tests/support/text_arbitrary.ts";
import { escapeForTerminal } from "./escape.ts";

Deno.test("escapeForTerminal() makes every unsafe character visible", () => {
  const cases = [
    ["a\nb\r\tc", "a\\nb\\r\\tc"],
    ["\x1b[31mred\x1b]8;;http://x\x07", "\\x1b[31mred\\x1b]8;;http://x\\x07"],
    ["\x00\x7f\x9b2J", "\\x00\\x7f\\x9b2J"],
    ["\u202egpj.exe\u2069", "\\u202egpj.exe\\u2069"],
    ["\u2028\ufeff\ud800", "\\u2028\\ufeff\\ud800"],
  ];
  for (const [text, visible] of cases) assert.equal(escapeForTerminal(text!), visible);
});

Deno.test("escapeForTerminal() leaves everything else as it is", () => {
  const text = "C:\\new caf\u00e9 \u{1f600} \u05d0 \u200b";
  assert.equal(escapeForTerminal(text), text);
});

Deno.test("escapeForTerminal() never lets an unsafe character through", () => {
  fc.assert(fc.property(anyText(), (text) => {
    assert.equal(hasUnsafe(escapeForTerminal(text)), false);
  }));
});
