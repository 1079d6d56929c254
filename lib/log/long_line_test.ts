import assert from "node:assert/strict";
import { LongLine } from "./long_line.ts";

/** Index in all the pieces together at which the next line starts. */
function nextLine(...pieces: readonly string[]): number | undefined {
  const line = new LongLine();
  let before = 0;
  for (const piece of pieces) {
    const bytes = new TextEncoder().encode(piece);
    const found = line.nextLine(bytes);
    if (found >= 0) return before + found;
    before += bytes.length;
  }
  return undefined;
}

Deno.test("LongLine finds the byte behind the newline, in whatever piece it comes", () => {
  assert.equal(nextLine("abc\ndef\n"), 4);
  assert.equal(nextLine("abc", "def\nghi"), 7);
  assert.equal(nextLine("abc", "\n"), 4);
  assert.equal(nextLine("abc", "def"), undefined);
});

Deno.test("LongLine keeps the line behind a hole of NULs", () => {
  assert.equal(nextLine("\0\0\0abc\n"), 3);
  assert.equal(nextLine("\0\0", "\0abc"), 3);
  assert.equal(nextLine("\0\0", "abc"), 2);
  assert.equal(nextLine("\0\0", "\0\0"), undefined);
});

Deno.test("LongLine takes a newline behind a hole as the end of a line of NULs", () => {
  assert.equal(nextLine("\0\0\nabc"), 3);
  assert.equal(nextLine("\0\0", "\nabc"), 3);
});

Deno.test("LongLine takes NULs behind other bytes as part of the line", () => {
  assert.equal(nextLine("a\0\0b\nc"), 5);
  assert.equal(nextLine("a", "\0\0b\nc"), 5);
});
