import assert from "node:assert/strict";
import fc from "fast-check";
import { forEachLine, wholeLinesEnd } from "./lines.ts";

const encoder = new TextEncoder();

function linesOf(text: string, end?: number): string[] {
  const lines: string[] = [];
  const bytes = encoder.encode(text);
  forEachLine(bytes, end ?? bytes.length, (start, stop) => {
    lines.push(text.slice(start, stop));
  });
  return lines;
}

const TEXT = fc.array(fc.constantFrom("a", "b", "\n", "\r", "\0")).map((parts) => parts.join(""));

Deno.test("forEachLine() visits what lies between newlines", () => {
  fc.assert(fc.property(TEXT, (text) => {
    assert.deepEqual(linesOf(text), text.split("\n").slice(0, -1));
  }));
});

Deno.test("forEachLine() visits no line that ends behind the end", () => {
  assert.deepEqual(linesOf("a\nb\nc\n", 4), ["a", "b"]);
  assert.deepEqual(linesOf("a\nb\nc\n", 3), ["a"]);
  assert.deepEqual(linesOf("abc", 3), []);
});

Deno.test("forEachLine() ends when it is told, and tells where it ended", () => {
  const seen: number[] = [];
  const end = forEachLine(encoder.encode("a\nb\nc\n"), 6, (start) => {
    seen.push(start);
    return start < 2;
  });
  assert.deepEqual(seen, [0, 2]);
  assert.equal(end, 4);
  assert.equal(forEachLine(encoder.encode("a\nbc"), 4, () => {}), 2);
});

Deno.test("wholeLinesEnd() is the index behind the last newline", () => {
  fc.assert(fc.property(TEXT, fc.nat(8), (text, beyond) => {
    const bytes = encoder.encode(text + "\n".repeat(beyond));
    assert.equal(wholeLinesEnd(bytes, text.length), text.lastIndexOf("\n") + 1);
  }));
});
