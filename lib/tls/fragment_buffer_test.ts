import fc from "fast-check";
import assert from "node:assert/strict";
import { FragmentBuffer, MAX_FRAGMENT_BYTES, MAX_FRAGMENTS } from "./fragment_buffer.ts";

function pattern(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, index) => (index * 7 + (index >> 8)) & 0xff);
}

Deno.test("FragmentBuffer puts a stream together from overlapping pieces in any order", () => {
  const scene = fc.integer({ min: 1, max: 300 }).chain((length) =>
    fc.tuple(
      fc.constant(length),
      fc.array(fc.tuple(fc.nat(length), fc.nat(length)), { maxLength: 20 }),
    )
  );
  fc.assert(fc.property(scene, ([length, cuts]) => {
    const stream = pattern(length);
    const buffer = new FragmentBuffer();
    const known = new Set<number>();
    for (const [a, b] of cuts) {
      const [start, end] = [Math.min(a, b), Math.max(a, b)];
      buffer.add(start, stream, start, end);
      for (let offset = start; offset < end; offset++) known.add(offset);
      let contiguous = 0;
      while (known.has(contiguous)) contiguous++;
      assert.deepEqual(buffer.peek(contiguous), stream.slice(0, contiguous));
      assert.equal(buffer.peek(contiguous + 1), undefined);
    }
    buffer.add(0, stream);
    assert.deepEqual(buffer.peek(length), stream);
  }));
});

Deno.test("FragmentBuffer keeps what came first", () => {
  const buffer = new FragmentBuffer();
  buffer.add(2, Uint8Array.of(1, 1));
  buffer.add(0, Uint8Array.of(2, 2, 2, 2, 2, 2));
  assert.deepEqual(buffer.peek(6), Uint8Array.of(2, 2, 1, 1, 2, 2));
});

Deno.test("FragmentBuffer.skip() drops what lies before, also when it comes again", () => {
  const stream = pattern(40);
  const buffer = new FragmentBuffer();
  buffer.add(0, stream, 0, 10);
  buffer.add(20, stream, 20, 40);
  buffer.skip(4);
  assert.deepEqual(buffer.peek(6), stream.slice(4, 10));
  buffer.skip(6);
  assert.equal(buffer.empty, false);
  buffer.add(0, stream, 0, 10);
  assert.equal(buffer.peek(1), undefined);
  buffer.add(5, stream, 5, 25);
  assert.deepEqual(buffer.peek(30), stream.slice(10));
  buffer.skip(30);
  assert.equal(buffer.empty, true);
  buffer.add(40, Uint8Array.of(9));
  assert.deepEqual(buffer.peek(1), Uint8Array.of(9));
});

Deno.test("FragmentBuffer copies what it is given", () => {
  const bytes = Uint8Array.of(1, 2, 3);
  const buffer = new FragmentBuffer();
  buffer.add(0, bytes);
  bytes.fill(0);
  assert.deepEqual(buffer.peek(3), Uint8Array.of(1, 2, 3));
});

Deno.test("FragmentBuffer takes a stream that arrives byte by byte in order", () => {
  const stream = pattern(MAX_FRAGMENTS * 20);
  const buffer = new FragmentBuffer();
  for (let offset = 0; offset < stream.length; offset++) {
    buffer.add(offset, stream, offset, offset + 1);
  }
  assert.deepEqual(buffer.peek(stream.length), stream);
});

Deno.test("FragmentBuffer holds a bounded number of separate pieces", () => {
  const stream = pattern(2 * MAX_FRAGMENTS + 2);
  const buffer = new FragmentBuffer();
  for (let offset = 0; offset < stream.length; offset += 2) {
    buffer.add(offset, stream, offset, offset + 1);
  }
  buffer.add(0, stream, 0, stream.length - 2);
  assert.equal(buffer.peek(2), undefined);
  // As soon as one is taken there is room for another.
  buffer.skip(1);
  buffer.add(1, stream, 1);
  assert.deepEqual(buffer.peek(2), stream.slice(1, 3));
  assert.equal(buffer.peek(3), undefined);
});

Deno.test("FragmentBuffer takes 64 KiB and nothing beyond", () => {
  const stream = pattern(MAX_FRAGMENT_BYTES + 1);
  const buffer = new FragmentBuffer();
  buffer.add(0, stream, 0, MAX_FRAGMENT_BYTES);
  assert.equal(buffer.peek(MAX_FRAGMENT_BYTES)?.length, MAX_FRAGMENT_BYTES);
  buffer.add(MAX_FRAGMENT_BYTES, stream, MAX_FRAGMENT_BYTES);
  assert.equal(buffer.peek(MAX_FRAGMENT_BYTES + 1), undefined);
  const far = new FragmentBuffer();
  far.add(2 ** 62, stream, 0, 10);
  far.add(MAX_FRAGMENT_BYTES, stream, 0, 10);
  assert.equal(far.empty, true);
});
