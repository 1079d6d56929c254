import assert from "node:assert/strict";
import fc from "fast-check";
import { concatBytes } from "../bytes.ts";
import { ChunkStrip } from "./chunk_strip.ts";

const encoder = new TextEncoder();

/** The body of what is read in pieces, as whoever reads behind what is there already has it. */
function strip(pieces: readonly Uint8Array[]): { body: Uint8Array; state: string } {
  const subject = new ChunkStrip();
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let end = 0;
  for (const piece of pieces) {
    bytes.set(piece, end);
    end = subject.strip(bytes, end, end + piece.length);
  }
  return { body: bytes.subarray(0, end), state: subject.state };
}

function cut(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length]!;
    pieces.push(bytes.slice(at, at + size));
    at += size;
  }
  return pieces;
}

const sizes = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 });

Deno.test("ChunkStrip leaves a body's bytes, however they are cut", () => {
  // What looks like the framing of chunks is the hardest.
  const data = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 40 }),
    fc.constantFrom("\r\n", "9b\r\n", "\r\n5\r\n", "a", "0\r\n\r\n").map((t) => encoder.encode(t)),
  );
  const size = fc.constantFrom("", ";x=y", "\t");
  const chunk = fc.tuple(data, size, fc.boolean()).map(([bytes, more, isUpper]) => {
    const digits = bytes.length.toString(16);
    const head = `${isUpper ? digits.toUpperCase() : `0${digits}`}${more}\r\n`;
    return { bytes, framed: concatBytes(encoder.encode(head), bytes, encoder.encode("\r\n")) };
  });
  fc.assert(fc.property(fc.array(chunk, { maxLength: 12 }), sizes, (chunks, lengths) => {
    const open = concatBytes(...chunks.map(({ framed }) => framed));
    const body = concatBytes(...chunks.map(({ bytes }) => bytes));
    assert.deepEqual(strip(cut(open, lengths)), { body, state: "open" });
    const end = encoder.encode("0\r\nTrailer: x\r\n\r\nmore");
    assert.deepEqual(strip(cut(concatBytes(open, end), lengths)), { body, state: "done" });
  }));
});

Deno.test("ChunkStrip ends with what is no chunk, and says so", () => {
  for (const text of ["x\r\n", "5\r\nhelloX\r\n", "5\r\nhello\r\nx\r\n", "ffffffffffffff\r\n"]) {
    const { body, state } = strip([encoder.encode(`${text}1\r\nq\r\n`)]);
    assert.equal(state, "malformed", text);
    assert.ok(!body.includes(0x71));
  }
});

Deno.test("ChunkStrip takes in any bytes, and none that are not there", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), sizes, (bytes, lengths) => {
    const whole = strip([bytes]);
    assert.ok(whole.body.length <= bytes.length);
    assert.deepEqual(strip(cut(bytes, lengths)), whole);
  }));
});
