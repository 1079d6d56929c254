import fc from "fast-check";
import assert from "node:assert/strict";
import {
  otherPacket,
  QUIC_V1,
  QUIC_V2,
  sealInitial,
  varint,
} from "../../tests/support/quic_packets.ts";
import { CONNECTION_ID, QUIC_VECTORS } from "../../tests/support/quic_vectors.ts";
import { ByteReader, concatBytes, fromHex } from "../bytes.ts";
import { looksLikeInitial, parseLongHeader, readVarint } from "./long_header.ts";

const PACKET = sealInitial({
  connectionId: CONNECTION_ID,
  source: Uint8Array.of(1, 2, 3),
  token: new Uint8Array(70),
  frames: new Uint8Array(40),
});

Deno.test("parseLongHeader() finds the parts of an Initial packet", () => {
  const bytes = concatBytes(new Uint8Array(5), PACKET, new Uint8Array(7));
  const header = parseLongHeader(bytes, 5, bytes.length)!;
  assert.equal(header.kind, "initial");
  assert.equal(header.version, QUIC_V1);
  assert.deepEqual(header.destination, CONNECTION_ID);
  assert.deepEqual(header.source, Uint8Array.of(1, 2, 3));
  assert.equal(header.start, 5);
  // 5 + flags, version, IDs with lengths, token with length, length.
  assert.equal(header.numberOffset, 5 + 1 + 4 + 9 + 4 + 72 + 2);
  assert.equal(header.end, 5 + PACKET.length);
});

Deno.test("parseLongHeader() tells packet types apart by version", () => {
  const kinds = (version: number, types: number[]) =>
    types.map((type) => {
      const bytes = otherPacket(version, type, 30);
      return parseLongHeader(bytes, 0, bytes.length)?.kind;
    });
  assert.deepEqual(kinds(QUIC_V1, [1, 2, 3]), ["other", "other", "retry"]);
  assert.deepEqual(kinds(QUIC_V2, [0, 2, 3]), ["retry", "other", "other"]);
  for (const { retryPacket } of QUIC_VECTORS) {
    const bytes = fromHex(retryPacket);
    const header = parseLongHeader(bytes, 0, bytes.length);
    assert.equal(header?.kind, "retry");
    assert.equal(header?.end, bytes.length);
    assert.deepEqual(header?.source, fromHex("f067a5502a4262b5"));
  }
});

Deno.test("parseLongHeader() returns undefined for what is no packet of a known version", () => {
  const changed = (offset: number, value: number) => {
    const bytes = PACKET.slice();
    bytes[offset] = value;
    return parseLongHeader(bytes, 0, bytes.length);
  };
  assert.equal(changed(0, 0x40), undefined);
  assert.equal(changed(4, 9), undefined);
  assert.equal(changed(5, 21), undefined);
  for (let length = 0; length < PACKET.length; length++) {
    assert.equal(parseLongHeader(PACKET, 0, length), undefined, `${length} bytes`);
  }
});

Deno.test("looksLikeInitial() is true for Initial packets wherever they lie", () => {
  assert.ok(looksLikeInitial(PACKET, 0, PACKET.length));
  assert.ok(looksLikeInitial(concatBytes(new Uint8Array(3), PACKET), 3, PACKET.length));
  for (const version of [QUIC_V2, 0xff00001d, 0x1a2a3a4a]) {
    const frames = new Uint8Array(40);
    const packet = sealInitial({ version, connectionId: CONNECTION_ID, frames });
    assert.ok(looksLikeInitial(packet, 0, packet.length), version.toString(16));
  }
});

Deno.test("looksLikeInitial() is true for an Initial behind other packets of a datagram", () => {
  const others = concatBytes(...Array.from({ length: 3 }, () => otherPacket(QUIC_V1, 1, 40)));
  const datagram = concatBytes(others, PACKET);
  assert.ok(looksLikeInitial(datagram, 0, datagram.length));
  assert.ok(!looksLikeInitial(datagram, 0, others.length));
  assert.ok(!looksLikeInitial(datagram, 0, datagram.length - 1), "cut off");
});

Deno.test("looksLikeInitial() is false for the rest", () => {
  const other = otherPacket(QUIC_V1, 2, 40);
  assert.ok(!looksLikeInitial(other, 0, other.length));
  assert.ok(!looksLikeInitial(PACKET, 0, 28));
  for (const [offset, value] of [[0, 0x80], [0, 0x40], [4, 2], [5, 21]] as const) {
    const bytes = PACKET.slice();
    bytes[offset] = value;
    assert.ok(!looksLikeInitial(bytes, 0, bytes.length), `byte ${offset}`);
  }
});

Deno.test("readVarint() reads the examples of RFC 9000 A.1", () => {
  const examples: readonly [hex: string, value: number][] = [
    ["c2197c5eff14e88c", 151288809941952652],
    ["9d7f3e7d", 494878333],
    ["7bbd", 15293],
    ["25", 37],
    ["4025", 37],
  ];
  for (const [hex, value] of examples) {
    const reader = new ByteReader(fromHex(hex));
    assert.equal(readVarint(reader), value, hex);
    assert.equal(reader.remaining, 0);
  }
  const cut = new ByteReader(fromHex("7b"));
  readVarint(cut);
  assert.ok(cut.failed);
});

Deno.test("readVarint() reads every length in which a number can be written", () => {
  const sized = fc.constantFrom(...[1, 2, 4, 8] as const).chain((size) =>
    fc.tuple(fc.constant(size), fc.nat(2 ** Math.min(30, 8 * size - 2) - 1))
  );
  fc.assert(fc.property(sized, ([size, value]) => {
    assert.equal(readVarint(new ByteReader(varint(value, size))), value);
  }));
});

Deno.test("the readers of long headers never throw", () => {
  const nearly = fc.tuple(fc.uint8Array(), fc.nat(40)).map(([bytes, at]) => {
    const packet = PACKET.slice();
    packet.set(bytes.subarray(0, packet.length - at), at);
    return packet;
  });
  fc.assert(fc.property(fc.oneof(fc.uint8Array(), nearly), (bytes) => {
    looksLikeInitial(bytes, 0, bytes.length);
    const header = parseLongHeader(bytes, 0, bytes.length);
    assert.ok(header === undefined || header.end <= bytes.length);
  }));
});
