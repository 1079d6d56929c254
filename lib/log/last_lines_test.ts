import assert from "node:assert/strict";
import fc from "fast-check";
import { nextLineStart, readBack, startOfLastLines } from "./last_lines.ts";
import type { LogFile } from "./log_files.ts";

function fileOf(text: string): LogFile {
  const content = new TextEncoder().encode(text);
  return {
    read: (bytes, position) => {
      const part = content.subarray(position, position + bytes.length);
      bytes.set(part);
      return part.length;
    },
    facts: () => assert.fail(),
    close: () => assert.fail(),
  };
}

/** Texts with lines around the size of a block. */
const TEXT = fc.array(
  fc.oneof(fc.constantFrom("", "a", "bc"), fc.nat(100_000).map((length) => "x".repeat(length))),
  { maxLength: 12 },
).map((lines) => lines.join("\n"));

/** Starts of the whole lines before `end`. */
function startsIn(text: string, end: number): number[] {
  const lines = text.slice(0, end).split("\n").slice(0, -1);
  let start = 0;
  return lines.map((line) => {
    start += line.length + 1;
    return start - line.length - 1;
  });
}

Deno.test("startOfLastLines() counts whole lines from the back", () => {
  fc.assert(
    fc.property(TEXT, fc.nat(15), fc.nat(1000), (text, count, cut) => {
      const end = Math.max(0, text.length - cut);
      const starts = startsIn(text, end);
      const wanted = count === 0 ? [] : starts.slice(-count);
      const whole = text.slice(0, end).lastIndexOf("\n") + 1;
      assert.deepEqual(startOfLastLines(fileOf(text), end, count), {
        offset: wanted[0] ?? (count === 0 ? whole : 0),
        lines: wanted.length,
      });
    }),
    { numRuns: 100 },
  );
});

Deno.test("nextLineStart() finds the first start at or behind an offset", () => {
  fc.assert(
    fc.property(TEXT, fc.nat(200_000), (text, offset) => {
      const starts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
      const expected = starts.find((start) => start >= offset) ?? text.length;
      assert.equal(nextLineStart(fileOf(text), offset, text.length), expected);
    }),
    { numRuns: 100 },
  );
});

Deno.test("readBack() gives all whole lines, the last first", () => {
  fc.assert(
    fc.property(TEXT, (text) => {
      let end = text.lastIndexOf("\n") + 1;
      for (const { bytes, offset } of readBack(fileOf(text), text.length)) {
        assert.equal(offset + bytes.length, end);
        const block = new TextDecoder().decode(bytes);
        assert.equal(block, text.slice(offset, end));
        assert.ok(block.endsWith("\n"));
        assert.ok(offset === 0 || text[offset - 1] === "\n");
        end = offset;
      }
      assert.equal(end, 0);
    }),
    { numRuns: 100 },
  );
});

Deno.test("readBack() leaves out lines that are too long", () => {
  const [long, longer] = ["x".repeat(150_000), "y".repeat(700_000)];
  const text = `a\n${longer}\nb\n${long}\nc\n`;
  const blocks = [...readBack(fileOf(text), text.length, 200_000)];
  const lines = blocks.toReversed().map(({ bytes }) => new TextDecoder().decode(bytes)).join("");
  assert.equal(lines, `a\nb\n${long}\nc\n`);
});

Deno.test("readBack() ends when the file is cut meanwhile", () => {
  const text = "a\n".repeat(100_000);
  const file = fileOf(text);
  let isCut = false;
  const cut: LogFile = {
    ...file,
    read: (bytes, position) => isCut ? 0 : file.read(bytes, position),
  };
  let blocks = 0;
  for (const { offset } of readBack(cut, text.length)) {
    assert.ok(offset > 0);
    blocks++;
    isCut = true;
  }
  assert.equal(blocks, 1);
});
