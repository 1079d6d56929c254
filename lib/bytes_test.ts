import assert from "node:assert/strict";
import fc from "fast-check";
import { ByteReader, ByteWriter, concatBytes, equalBytes, fromHex, toHex } from "./bytes.ts";

type Size = 1 | 2 | 3 | 4;

const size = fc.constantFrom<Size>(1, 2, 3, 4);

/** A read with an argument that a hostile length field might bring. */
const read = fc.oneof(
  fc.record({ kind: fc.constant("uint" as const), size }),
  fc.record({ kind: fc.constant("vector" as const), size }),
  fc.record({ kind: fc.constant("take" as const), length: fc.integer({ min: -5, max: 2 ** 32 }) }),
  fc.record({
    kind: fc.constant("take" as const),
    length: fc.constantFrom(NaN, Infinity, 0, 1, 3),
  }),
  fc.record({ kind: fc.constant("rest" as const) }),
);

Deno.test("ByteReader reads big-endian integers, views, vectors and the rest", () => {
  const reader = new ByteReader(
    fromHex("01 0203 040506 ffffffff 0002aabb 01cc dd".replace(/ /g, "")),
  );
  assert.equal(reader.u8(), 1);
  assert.equal(reader.u16(), 0x0203);
  assert.equal(reader.u24(), 0x040506);
  assert.equal(reader.u32(), 0xffff_ffff);
  assert.deepEqual(reader.vector(2), Uint8Array.of(0xaa, 0xbb));
  assert.deepEqual(reader.take(2), Uint8Array.of(1, 0xcc));
  assert.equal(reader.offset, 16);
  assert.equal(reader.remaining, 1);
  assert.deepEqual(reader.rest(), Uint8Array.of(0xdd));
  assert.equal(reader.remaining, 0);
  assert.equal(reader.failed, false);
});

Deno.test("ByteReader honours offset and end, and an end beyond the bytes is their end", () => {
  const bytes = Uint8Array.of(1, 2, 3, 4);
  const reader = new ByteReader(bytes, 1, 3);
  assert.deepEqual(reader.rest(), Uint8Array.of(2, 3));
  assert.equal(reader.u8(), 0);
  assert.equal(reader.failed, true);
  assert.equal(new ByteReader(bytes, 0, 99).remaining, 4);
  const outside = new ByteReader(bytes, 9);
  assert.deepEqual(outside.rest(), new Uint8Array(0));
  assert.equal(outside.failed, true);
});

Deno.test("ByteReader.failed stays set, and nothing can be read after it", () => {
  const reader = new ByteReader(Uint8Array.of(1, 2, 3));
  assert.equal(reader.u32(), 0);
  assert.equal(reader.failed, true);
  assert.equal(reader.u8(), 0);
  assert.deepEqual(reader.rest(), new Uint8Array(0));
  assert.equal(reader.failed, true);
});

Deno.test("ByteReader.take() takes a negative length or none at all for a failure", () => {
  for (const length of [-1, NaN, -Infinity]) {
    const reader = new ByteReader(Uint8Array.of(1, 2, 3), 2);
    assert.deepEqual(reader.take(length), new Uint8Array(0));
    assert.equal(reader.failed, true);
    assert.equal(reader.offset, 3);
  }
});

Deno.test("ByteReader never throws, never goes back and copies nothing, whatever is read", () => {
  fc.assert(fc.property(
    fc.uint8Array({ maxLength: 40 }),
    fc.nat(50),
    fc.nat(50),
    fc.array(read, { maxLength: 12 }),
    (bytes, offset, end, reads) => {
      const reader = new ByteReader(bytes, offset, end);
      for (const step of reads) {
        const before = reader.offset;
        const failedBefore = reader.failed;
        if (step.kind === "uint") {
          const value = reader.uint(step.size);
          assert.ok(value >= 0 && value < 256 ** step.size);
        } else {
          const view = step.kind === "vector"
            ? reader.vector(step.size)
            : step.kind === "take"
            ? reader.take(step.length)
            : reader.rest();
          assert.ok(view.length === 0 || view.buffer === bytes.buffer);
        }
        assert.ok(reader.failed || reader.offset >= before);
        assert.ok(reader.failed || reader.offset <= Math.min(end, bytes.length));
        assert.ok(reader.failed || !failedBefore);
      }
    },
  ));
});

Deno.test("ByteReader reads back what ByteWriter wrote", () => {
  const field = fc.oneof(
    size.chain((width) =>
      fc.record({
        width: fc.constant(width),
        value: fc.nat(Math.min(256 ** width - 1, 2 ** 31 - 1)),
      })
    ),
    fc.record({ width: size, bytes: fc.uint8Array({ maxLength: 200 }) }),
  );
  fc.assert(fc.property(fc.array(field, { maxLength: 20 }), (fields) => {
    const writer = new ByteWriter();
    for (const each of fields) {
      if ("value" in each) writer.uint(each.width, each.value);
      else writer.vector(each.width, (inner) => inner.bytes(each.bytes));
    }
    const written = writer.finish();
    assert.equal(written.length, writer.length);
    const reader = new ByteReader(written);
    for (const each of fields) {
      if ("value" in each) assert.equal(reader.uint(each.width), each.value);
      else assert.deepEqual(reader.vector(each.width), each.bytes);
    }
    assert.equal(reader.remaining, 0);
    assert.equal(reader.failed, false);
  }));
});

Deno.test("ByteWriter.vector() puts the length of everything inside before it, however deep", () => {
  const writer = new ByteWriter().u8(1).vector(2, (outer) => {
    outer.u16(0x0203).vector(1, (inner) => inner.bytes(Uint8Array.of(4, 5))).vector(3, () => {});
  });
  assert.equal(toHex(writer.finish()), "010008020302040500" + "0000");
});

Deno.test("ByteWriter.vector() throws for more bytes than its length field can count", () => {
  const fill = (length: number) =>
    new ByteWriter().vector(1, (w) => w.bytes(new Uint8Array(length)));
  assert.equal(fill(255).length, 256);
  assert.throws(() => fill(256), /256 bytes is too long/);
});

Deno.test("ByteWriter grows, writes 32 bits unsigned, and finish() is a copy", () => {
  const writer = new ByteWriter().bytes(new Uint8Array(511)).uint(4, 0xfedc_ba98);
  const first = writer.finish();
  assert.equal(toHex(first.subarray(511)), "fedcba98");
  writer.u8(7);
  assert.equal(first.length, 515);
  assert.equal(writer.finish().at(-1), 7);
});

Deno.test("toHex() and fromHex() undo each other; fromHex() throws for what is no hexadecimal", () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => {
    assert.deepEqual(fromHex(toHex(bytes)), bytes);
  }));
  assert.equal(toHex(Uint8Array.of(0, 10, 255)), "000aff");
  for (const bad of ["0", "0g", " 00"]) assert.throws(() => fromHex(bad), SyntaxError);
});

Deno.test("concatBytes() joins, and equalBytes() compares lengths and bytes", () => {
  const joined = concatBytes(Uint8Array.of(1), new Uint8Array(0), Uint8Array.of(2, 3));
  assert.deepEqual(joined, Uint8Array.of(1, 2, 3));
  assert.deepEqual(concatBytes(), new Uint8Array(0));
  assert.ok(equalBytes(joined, Uint8Array.of(1, 2, 3)));
  assert.ok(!equalBytes(joined, Uint8Array.of(1, 2)));
  assert.ok(!equalBytes(joined, Uint8Array.of(1, 2, 4)));
});
