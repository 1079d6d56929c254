import assert from "node:assert/strict";
import fc from "fast-check";
import { parseLogCursor } from "./cursor.ts";
import { Place } from "./place.ts";
import { hashOf } from "./signature.ts";

const ORIGIN = { dev: 1, ino: 2, before: [] };

const encoder = new TextEncoder();

function placeBehind(bytes: Uint8Array, ...cuts: readonly number[]): Place {
  const place = new Place(ORIGIN);
  let start = 0;
  for (const cut of [...cuts].sort((a, b) => a - b)) {
    place.advance(bytes.subarray(start), cut - start);
    start = cut;
  }
  place.advance(bytes.subarray(start), bytes.length - start);
  return place;
}

Deno.test("Place is the same in whatever pieces the bytes come", () => {
  const content = fc.tuple(fc.nat(600), fc.uint8Array({ maxLength: 3000 })).map(([hole, rest]) =>
    new Uint8Array([...new Uint8Array(hole), ...rest])
  );
  fc.assert(fc.property(content, fc.array(fc.nat(3000)), (bytes, cuts) => {
    const place = placeBehind(bytes, ...cuts.filter((cut) => cut <= bytes.length));
    const start = bytes.findIndex((byte) => byte !== 0);
    const head = start < 0 ? bytes.subarray(0, 0) : bytes.subarray(start, start + 1024);
    assert.deepEqual(place.cursor(), {
      v: 1,
      offset: bytes.length,
      head: hashOf(head),
      tail: hashOf(bytes.subarray(-256)),
      before: [],
      dev: 1,
      ino: 2,
    });
    assert.deepEqual(place.tail, bytes.subarray(-256));
    assert.equal(place.isBlank, head.length === 0);
    assert.ok(Place.at(ORIGIN, bytes.length, head, bytes.subarray(-256)).isAt(place.cursor()));
  }));
});

Deno.test("Place is not at a cursor of other bytes, before it or at the start", () => {
  const bytes = encoder.encode("x".repeat(5000));
  const cursor = placeBehind(bytes).cursor();
  for (const index of [0, 1023, 4744, 4999]) {
    const other = bytes.slice();
    other[index] = 0x79;
    assert.equal(placeBehind(other).isAt(cursor), false, `byte ${index}`);
  }
  assert.equal(placeBehind(bytes.subarray(1)).isAt(cursor), false);
  assert.equal(placeBehind(bytes, 4000).isAt(cursor), true);
});

Deno.test("Place.clone() moves alone", () => {
  for (const length of [10, 2000]) {
    const place = placeBehind(encoder.encode("x".repeat(length)));
    const before = place.cursor();
    const copy = place.clone();
    copy.advance(encoder.encode("yy"), 2);
    assert.deepEqual(place.cursor(), before);
    assert.deepEqual(
      copy.cursor(),
      placeBehind(encoder.encode("x".repeat(length) + "yy")).cursor(),
    );
  }
});

Deno.test("Place keeps a few anchors at line starts, farther apart with their age", () => {
  const place = new Place(ORIGIN);
  const line = encoder.encode("x".repeat(9999) + "\n");
  for (let count = 0; count < 10_000; count++) place.advance(line, line.length);
  const cursor = place.cursor();
  const offsets = cursor.anchors!.map(({ offset }) => offset);
  assert.ok(offsets.length >= 5 && offsets.length <= 8);
  assert.ok(offsets.every((offset) => offset % line.length === 0));
  assert.ok(place.offset - offsets[0]! < 2 * 64 * 1024);
  assert.ok(place.offset - offsets.at(-1)! > 2 * 1024 * 1024);
  assert.deepEqual(parseLogCursor(cursor), cursor);
  assert.ok(JSON.stringify(cursor).length < 1024);
});

Deno.test("Place anchors nothing within a line", () => {
  const place = new Place(ORIGIN);
  place.advance(new Uint8Array(100_000).fill(0x78), 100_000);
  assert.deepEqual(place.anchors, []);
});

Deno.test("Place.at() takes over the anchors that are before it", () => {
  const anchors = [{ offset: 300, tail: "b" }, { offset: 200, tail: "a" }];
  const place = Place.at(ORIGIN, 250, new Uint8Array(250), new Uint8Array(250), anchors);
  assert.deepEqual(place.anchors, [{ offset: 200, tail: "a" }]);
});

Deno.test("Place.passed puts its file before those that came before it", () => {
  const older = [1, 2, 3].map((size) => ({ size, hash: hashOf(new Uint8Array(size)) }));
  const place = new Place({ dev: 1, ino: 2, before: older });
  assert.deepEqual(place.passed, older);
  place.advance(new Uint8Array(5), 5);
  assert.deepEqual(place.passed, older);
  place.advance(encoder.encode("ab"), 2);
  assert.deepEqual(place.passed, [
    { size: 2, hash: hashOf(encoder.encode("ab")) },
    older[0],
    older[1],
  ]);
});
