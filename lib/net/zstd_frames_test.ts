import fc from "fast-check";
import assert from "node:assert/strict";
import { constants, zstdCompressSync } from "node:zlib";
import { concatBytes } from "../bytes.ts";
import { isZstd, ZstdFrames } from "./zstd_frames.ts";
import { inPieces } from "../../tests/support/read_capture.ts";

const SKIPPABLE = Uint8Array.fromHex("5f2a4d1803000000aabbcc");
const EMPTY_SKIPPABLE = Uint8Array.fromHex("502a4d1800000000");
const EMPTY = zstdCompressSync(new Uint8Array(0));

/** Noise stays raw, zeros become runs: blocks of all types. */
const NOISE = new Uint8Array(300_000);
for (let start = 0; start < NOISE.length; start += 65536) {
  crypto.getRandomValues(NOISE.subarray(start, start + 65536));
}
const ZEROS = new Uint8Array(1_000_000);
const WORDS = new TextEncoder().encode("some words and more words ".repeat(20_000));

/** Offsets at which frames end, of a stream that comes in `pieces`. */
function frameEnds(pieces: readonly Uint8Array[]): number[] {
  const frames = new ZstdFrames();
  const ends: number[] = [];
  let position = 0;
  for (const piece of pieces) {
    for (let start = 0; start < piece.length;) {
      const stop = frames.next(piece, start);
      assert.equal(frames.fault, undefined);
      assert.ok(stop > start);
      position += stop - start;
      start = stop;
      if (frames.isBetweenFrames) ends.push(position);
    }
  }
  return ends;
}

const FRAMES = {
  noise: zstdCompressSync(NOISE),
  zeros: zstdCompressSync(ZEROS),
  words: zstdCompressSync(WORDS),
  checked: zstdCompressSync(WORDS, { params: { [constants.ZSTD_c_checksumFlag]: 1 } }),
  empty: EMPTY,
  skippable: SKIPPABLE,
  emptySkippable: EMPTY_SKIPPABLE,
};

Deno.test("ZstdFrames finds the end of a frame", () => {
  for (const frame of [FRAMES.zeros, FRAMES.words, FRAMES.checked, EMPTY, SKIPPABLE]) {
    assert.deepEqual(frameEnds([frame]), [frame.length]);
  }
});

Deno.test("ZstdFrames finds the same ends in pieces of any size", () => {
  const names = Object.keys(FRAMES) as (keyof typeof FRAMES)[];
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 4 }),
      fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 1, maxLength: 4 }),
      (names, sizes) => {
        const frames = names.map((name) => FRAMES[name]);
        let start = 0;
        const ends = frames.flatMap((frame) => {
          const own = frameEnds([frame]).map((end) => start + end);
          start += frame.length;
          return own;
        });
        assert.deepEqual(frameEnds(inPieces(concatBytes(...frames), sizes)), ends);
      },
    ),
    { numRuns: 50 },
  );
});

Deno.test("ZstdFrames reads every byte on its own", () => {
  const stream = concatBytes(EMPTY, SKIPPABLE, zstdCompressSync(WORDS));
  assert.deepEqual(
    frameEnds(inPieces(stream, [1])),
    [EMPTY.length, EMPTY.length + SKIPPABLE.length, stream.length],
  );
});

/** Descriptor, header of that length, a raw block of two bytes, checksum when there is one. */
for (
  const [descriptor, header, checksum] of [
    [0x00, 1, 0],
    [0x20, 1, 0],
    [0x60, 2, 0],
    [0x40, 3, 0],
    [0x80, 5, 0],
    [0xc0, 9, 0],
    [0xe0, 8, 0],
    [0x04, 1, 4],
    [0x01, 2, 0],
    [0x02, 3, 0],
    [0x03, 5, 0],
    [0xe7, 12, 4],
  ] as const
) {
  Deno.test(`ZstdFrames knows the header of descriptor 0x${descriptor.toString(16)}`, () => {
    const frame = concatBytes(
      Uint8Array.fromHex("28b52ffd"),
      Uint8Array.of(descriptor),
      new Uint8Array(header).fill(0xff),
      // Two bytes raw, a run of 9, the last of none.
      Uint8Array.of(2 << 3, 0, 0, 1, 2),
      Uint8Array.of(9 << 3 | 2, 0, 0, 7),
      Uint8Array.of(1, 0, 0),
      new Uint8Array(checksum).fill(0xff),
    );
    assert.deepEqual(frameEnds([concatBytes(frame, EMPTY)]), [
      frame.length,
      frame.length + EMPTY.length,
    ]);
  });
}

Deno.test("ZstdFrames names what is no frame", () => {
  const trailing = new ZstdFrames();
  trailing.next(EMPTY, 0);
  trailing.next(new TextEncoder().encode("garbage"), 0);
  assert.equal(trailing.fault, "something else than a frame follows");
  const reserved = new ZstdFrames();
  reserved.next(Uint8Array.fromHex("28b52ffd0000060000"), 0);
  assert.equal(reserved.fault, "a block of a reserved type");
});

Deno.test("ZstdFrames never throws and always comes to an end", () => {
  const magic = fc.constantFrom(Uint8Array.fromHex("28b52ffd"), SKIPPABLE, new Uint8Array(0));
  fc.assert(fc.property(magic, fc.uint8Array({ maxLength: 200 }), (magic, rest) => {
    const bytes = concatBytes(magic, rest);
    const frames = new ZstdFrames();
    for (let start = 0; start < bytes.length && frames.fault === undefined;) {
      const stop = frames.next(bytes, start);
      assert.ok(stop > start && stop <= bytes.length);
      start = stop;
    }
  }));
});

Deno.test("isZstd() knows frames and skippable frames", () => {
  assert.ok(isZstd(EMPTY));
  assert.ok(isZstd(SKIPPABLE));
  assert.ok(!isZstd(Uint8Array.fromHex("602a4d18")));
  assert.ok(!isZstd(Uint8Array.fromHex("d4c3b2a1")));
});
