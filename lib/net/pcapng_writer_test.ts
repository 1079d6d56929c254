import assert from "node:assert/strict";
import fc from "fast-check";
import { concatBytes } from "../bytes.ts";
import { CaptureReader } from "./capture_file.ts";
import { PcapngWriter, wholeBlocks } from "./pcapng_writer.ts";
import { MAX_MICROS } from "./record_parser.ts";

interface Written {
  readonly bytes: Uint8Array;
  /** Bytes that the capture did not keep. */
  readonly cut: number;
  readonly micros: number;
  readonly linkType: number;
}

const packet: fc.Arbitrary<Written> = fc.record({
  bytes: fc.uint8Array({ maxLength: 70 }),
  cut: fc.nat(2000),
  micros: fc.nat(MAX_MICROS),
  linkType: fc.constantFrom(1, 101, 113, 276),
}, { noNullPrototype: true });

function read(capture: Uint8Array): Written[] {
  const found: Written[] = [];
  const reader = new CaptureReader((bytes, offset, captured, wire, micros, linkType) => {
    const copy = new Uint8Array(bytes.subarray(offset, offset + captured));
    found.push({ bytes: copy, cut: wire - captured, micros, linkType });
  });
  reader.push(capture);
  reader.end();
  assert.equal(reader.damage, undefined);
  return found;
}

Deno.test("PcapngWriter writes what CaptureReader reads, taken in pieces or at once", () => {
  fc.assert(fc.property(fc.array(packet), fc.boolean(), (written, inPieces) => {
    const writer = new PcapngWriter();
    const pieces: Uint8Array[] = [];
    for (const { bytes, cut, micros, linkType } of written) {
      const around = concatBytes(Uint8Array.of(1, 2, 3), bytes, Uint8Array.of(4));
      writer.packet(around, 3, bytes.length, bytes.length + cut, micros, linkType);
      if (inPieces) pieces.push(writer.take().slice());
    }
    pieces.push(writer.take().slice());
    assert.deepEqual(read(concatBytes(...pieces)), written);
  }));
});

Deno.test("PcapngWriter makes room for packets of any size", () => {
  const writer = new PcapngWriter();
  const large = new Uint8Array(262_144).fill(0xa5);
  for (let count = 0; count < 3; count++) {
    writer.packet(large, 0, large.length, large.length, count, 1);
  }
  const found = read(writer.take());
  assert.deepEqual(found.map(({ micros }) => micros), [0, 1, 2]);
  assert.ok(found.every(({ bytes }) => bytes.length === large.length && bytes[262_143] === 0xa5));
});

Deno.test("PcapngWriter describes an interface when there was no packet, and only then", () => {
  const empty = new PcapngWriter();
  empty.end(1);
  // A section header of 28 bytes and an interface description of 20.
  assert.equal(empty.take().length, 48);
  const used = new PcapngWriter();
  used.packet(new Uint8Array(4), 0, 4, 4, 0, 113);
  used.take();
  used.end(1);
  assert.equal(used.take().length, 0);
});

Deno.test("PcapngWriter makes room for an interface", () => {
  const writer = new PcapngWriter();
  // Section, interface and this packet with what is around it take 64 KiB to the last byte.
  const filling = new Uint8Array(65_536 - 28 - 20 - 32);
  writer.packet(filling, 0, filling.length, filling.length, 0, 1);
  writer.packet(filling, 0, 1, 1, 0, 113);
  assert.deepEqual(read(writer.take()).map(({ linkType }) => linkType), [1, 113]);
});

Deno.test("wholeBlocks() finds where a torn block starts", () => {
  const writer = new PcapngWriter();
  for (let count = 0; count < 3; count++) writer.packet(new Uint8Array(5), 0, 5, 5, count, 1);
  const bytes = writer.take();
  // Section, interface, and packets of 5 bytes padded to 8.
  const ends = [0, 28, 48, 88, 128, 168];
  assert.equal(bytes.length, ends.at(-1));
  for (let length = 0; length <= bytes.length; length++) {
    assert.equal(wholeBlocks(bytes, length), ends.findLast((end) => end <= length));
  }
});
