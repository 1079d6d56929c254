import assert from "node:assert/strict";
import fc from "fast-check";
import { concatBytes, fromHex, toHex } from "../bytes.ts";
import { der } from "../../tests/support/der_builder.ts";
import { DerReader, MAX_DER_DEPTH, TAG } from "./der.ts";

function reader(hex: string): DerReader {
  return new DerReader(fromHex(hex));
}

Deno.test("DerReader.next() gives tag, content and the whole of each element", () => {
  const elements = reader("0201050500");
  const integer = elements.next()!;
  assert.equal(integer.tag, TAG.integer);
  assert.equal(toHex(integer.content), "05");
  assert.equal(toHex(integer.raw), "020105");
  assert.equal(toHex(elements.next()!.raw), "0500");
  assert.equal(elements.next(), undefined);
  assert.equal(elements.failed, false);
});

Deno.test("DerReader reads back what any length was written with", () => {
  for (const length of [0, 1, 127, 128, 255, 256, 65535, 65536, 1 << 20]) {
    const elements = new DerReader(der(TAG.octetString, new Uint8Array(length)));
    assert.equal(elements.next()?.content.length, length);
    assert.equal(elements.failed, false);
    assert.ok(elements.done);
  }
});

Deno.test("DerReader takes lengths that are longer than they need be", () => {
  for (const hex of ["048105ffffffffff", "04820005ffffffffff", "04880000000000000005ffffffffff"]) {
    assert.equal(reader(hex).next()?.content.length, 5, hex);
  }
});

Deno.test("DerReader.next() fails on lengths that claim more than there is", () => {
  const hostile = [
    "02",
    "0202ff",
    "0281",
    "028101",
    "028200ff00",
    "0284ffffffff00",
    "0288ffffffffffffffff00",
    "0289000000000000000001ff",
    "02feff",
    "02ff00",
  ];
  for (const hex of hostile) {
    const elements = reader(hex);
    assert.equal(elements.next(), undefined, hex);
    assert.equal(elements.failed, true, hex);
    assert.ok(elements.done, hex);
  }
});

Deno.test("DerReader.next() fails on indefinite lengths and on tags of several octets", () => {
  for (const hex of ["30800201010000", "1f810100", "7f210100", "bf1f0100"]) {
    const elements = reader(hex);
    assert.equal(elements.next(), undefined, hex);
    assert.equal(elements.failed, true, hex);
  }
});

Deno.test("DerReader.expect() fails on another tag, and stays failed", () => {
  const elements = reader("0201050500");
  assert.equal(elements.expect(TAG.oid), undefined);
  assert.equal(elements.failed, true);
  assert.equal(elements.expect(TAG.integer), undefined);
});

Deno.test("DerReader.optional() leaves an element with another tag where it is", () => {
  const elements = reader("0201050500");
  assert.equal(elements.optional(TAG.boolean), undefined);
  assert.equal(elements.optional(TAG.integer)?.content[0], 5);
  assert.equal(elements.failed, false);
});

Deno.test("DerReader.enter() fails inside and outside when the element is not there", () => {
  const elements = reader("020105");
  const inner = elements.enter(TAG.sequence);
  assert.equal(inner.failed, true);
  assert.equal(inner.next(), undefined);
  assert.equal(elements.failed, true);
});

Deno.test("DerReader.enter() goes 16 levels down and no further", () => {
  let nested: Uint8Array = der(TAG.null);
  for (let depth = 0; depth <= MAX_DER_DEPTH; depth++) nested = der(TAG.sequence, nested);
  let elements = new DerReader(nested);
  for (let depth = 0; depth < 16; depth++) elements = elements.enter(TAG.sequence);
  assert.equal(elements.failed, false);
  assert.equal(elements.nextTag, TAG.sequence);
  const tooDeep = elements.enter(TAG.sequence);
  assert.equal(tooDeep.failed, true);
  assert.equal(tooDeep.next(), undefined);
});

Deno.test("DerReader gives back any elements that were written one after the other", () => {
  const element = fc.tuple(
    fc.integer({ min: 0, max: 255 }).filter((tag) => (tag & 0x1f) !== 0x1f),
    fc.uint8Array({ maxLength: 200 }),
  );
  fc.assert(fc.property(fc.array(element, { maxLength: 8 }), (written) => {
    const elements = new DerReader(
      concatBytes(...written.map(([tag, content]) => der(tag, content))),
    );
    for (const [tag, content] of written) {
      const read = elements.next();
      assert.equal(read?.tag, tag);
      assert.equal(toHex(read!.content), toHex(content));
    }
    assert.ok(elements.done);
    assert.equal(elements.failed, false);
  }));
});

Deno.test("DerReader never throws and always ends on random bytes", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
    const elements = new DerReader(bytes);
    let left = bytes.length + 1;
    while (elements.next() !== undefined) assert.ok(--left > 0);
    assert.ok(elements.done);
  }));
});
