import assert from "node:assert/strict";
import fc from "fast-check";
import { CODE_POINT } from "../../tests/support/text_arbitrary.ts";
import { decodeLine, safeLine } from "./line_text.ts";

Deno.test("decodeLine() reads UTF-8, with its byte order mark", () => {
  fc.assert(fc.property(fc.string({ unit: CODE_POINT }), (text) => {
    assert.equal(decodeLine(new TextEncoder().encode(text)), text.toWellFormed());
  }));
  assert.equal(decodeLine(Uint8Array.of(0xef, 0xbb, 0xbf, 0x41)), "\ufeffA");
});

Deno.test("decodeLine() tells every byte that is no UTF-8, and nothing else", () => {
  const cases: [bytes: number[], text: string][] = [
    [[0xff], "\\xff"],
    [[0x41, 0x80, 0x42], "A\\x80B"],
    // A character that is cut off, then a good one.
    [[0xe2, 0x82, 0xc3, 0xa9], "\\xe2\\x82\u00e9"],
    [[0xe2, 0x82], "\\xe2\\x82"],
    // Overlong, a surrogate, beyond U+10FFFF.
    [[0xc0, 0xaf], "\\xc0\\xaf"],
    [[0xe0, 0x80, 0xaf], "\\xe0\\x80\\xaf"],
    [[0xf0, 0x80, 0x80, 0xaf], "\\xf0\\x80\\x80\\xaf"],
    [[0xed, 0xa0, 0x80], "\\xed\\xa0\\x80"],
    [[0xf4, 0x90, 0x80, 0x80], "\\xf4\\x90\\x80\\x80"],
    [[0xf5, 0x80, 0x80, 0x80], "\\xf5\\x80\\x80\\x80"],
    [[0xf0, 0x9f, 0x98, 0x80, 0xfe], "\u{1f600}\\xfe"],
  ];
  for (const [bytes, text] of cases) assert.equal(decodeLine(Uint8Array.from(bytes)), text);
});

Deno.test("decodeLine() of any bytes keeps each good run and the number of bad bytes", () => {
  const lossy = new TextDecoder("utf-8", { ignoreBOM: true });
  fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
    const good = decodeLine(bytes).replace(/\\x[89a-f][0-9a-f]/g, "");
    // Where the decoder of the platform replaces, something bad stood: the rest is the same.
    assert.equal(lossy.decode(bytes).replaceAll("\ufffd", ""), good.replaceAll("\ufffd", ""));
  }));
});

Deno.test("safeLine() changes unsafe characters only", () => {
  assert.equal(safeLine('a\x1b[31m\tb\u2028\\n"\u00e9'), 'a\\u001b[31m\\u0009b\\u2028\\n"\u00e9');
});
