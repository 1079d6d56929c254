import assert from "node:assert/strict";
import fc from "fast-check";
import { LineSplitter } from "./line_splitter.ts";
import { decodeLine } from "./line_text.ts";
import type { SourceLine } from "./source.ts";

const MAX = 10;

/** What the whole stream comes to. */
function expected(bytes: Uint8Array): SourceLine[] {
  const lines: SourceLine[] = [];
  for (let start = 0; start < bytes.length;) {
    const found = bytes.indexOf(0x0a, start);
    const end = found < 0 ? bytes.length : found;
    const truncated = end - start > MAX;
    const line = bytes.subarray(start, Math.min(end, start + MAX));
    const text = decodeLine(!truncated && line.at(-1) === 0x0d ? line.subarray(0, -1) : line);
    const place = String(start);
    lines.push({ text, time: undefined, place, ...(truncated ? { truncated } : {}) });
    start = end + 1;
  }
  return lines;
}

function split(pieces: readonly Uint8Array[]): SourceLine[] {
  const splitter = new LineSplitter(MAX);
  return [...pieces.flatMap((piece) => splitter.push(piece)), ...splitter.end()];
}

Deno.test("LineSplitter gives the same lines whatever pieces the stream comes in", () => {
  const byte = fc.constantFrom(0x0a, 0x0a, 0x0d, 0x41, 0x42, 0xc3, 0xa9, 0xff, 0x43, 0x44);
  const piece = fc.array(byte, { maxLength: 25 }).map((bytes) => Uint8Array.from(bytes));
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
      const all = Uint8Array.from(pieces.flatMap((bytes) => [...bytes]));
      const lines = expected(all);
      assert.deepEqual(split(pieces), lines);
      assert.deepEqual(split([all]), lines);
      assert.deepEqual(split([...all].map((value) => Uint8Array.of(value))), lines);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("LineSplitter keeps the start of a line of 100 MB, and not more of it", () => {
  const splitter = new LineSplitter(1024);
  const part = new Uint8Array(1024 * 1024).fill(0x41);
  for (let count = 0; count < 100; count++) assert.deepEqual(splitter.push(part), []);
  const [long, next] = splitter.push(new TextEncoder().encode("A\nnext\n"));
  assert.deepEqual([long!.text.length, long!.truncated, long!.place], [1024, true, "0"]);
  assert.deepEqual(next, {
    text: "next",
    time: undefined,
    place: String(100 * 1024 * 1024 + 2),
  });
});
