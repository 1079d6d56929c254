import assert from "node:assert/strict";
import fc from "fast-check";
import { cutLines, pushLines } from "../../tests/support/chunked_lines.ts";
import { LineChunker } from "./line_chunker.ts";
import { decodeLine } from "./line_text.ts";
import type { SourceLine } from "./source.ts";

const MAX = 10;
const READ_SIZE = 16;

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

function cut(pieces: readonly Uint8Array[]): SourceLine[] {
  return cutLines(pieces, MAX, READ_SIZE);
}

Deno.test("LineChunker gives the same lines whatever pieces the stream comes in", () => {
  const byte = fc.constantFrom(0x0a, 0x0a, 0x0d, 0x41, 0x42, 0xc3, 0xa9, 0xff, 0x43, 0x44);
  const piece = fc.array(byte, { maxLength: 40 }).map((bytes) => Uint8Array.from(bytes));
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
      const all = Uint8Array.from(pieces.flatMap((bytes) => [...bytes]));
      const lines = expected(all);
      assert.deepEqual(cut(pieces), lines);
      assert.deepEqual(cut([all]), lines);
      assert.deepEqual(cut([...all].map((value) => Uint8Array.of(value))), lines);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("LineChunker keeps the start of a line of 100 MB, and not more of it", () => {
  const readSize = 1024 * 1024;
  for (const maxLine of [1024, 3 * readSize]) {
    const chunker = new LineChunker(maxLine, readSize);
    const part = new Uint8Array(readSize).fill(0x41);
    for (let count = 0; count < 100; count++) {
      assert.deepEqual(pushLines(chunker, part), []);
      assert.ok(chunker.room().buffer.byteLength <= Math.max(maxLine, readSize) + readSize);
    }
    const [long, next] = pushLines(chunker, new TextEncoder().encode("A\nnext\n"));
    assert.deepEqual([long!.text.length, long!.truncated, long!.place], [maxLine, true, "0"]);
    const place = String(100 * readSize + 2);
    assert.deepEqual(next, { text: "next", time: undefined, place });
    assert.equal(chunker.room().buffer.byteLength, 2 * readSize);
  }
});
