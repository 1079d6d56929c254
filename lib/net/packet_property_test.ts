import fc from "fast-check";
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { CaptureReader } from "./capture_file.ts";
import { LINK_TYPE } from "./link_layer.ts";
import { decodePacket, Packet } from "./packet.ts";

const FIXTURES = fileURLToPath(new URL("../../tests/fixtures/captures/", import.meta.url));
const LINK_TYPES = Object.values(LINK_TYPE);

/** Every packet of the captures of all link layers, tunnels and odd headers. */
const SAMPLES: { bytes: Uint8Array; linkType: number }[] = [];
for (const name of ["link_layers.pcapng", "tags.pcap", "tunnels.pcap", "headers.pcap"]) {
  new CaptureReader((bytes, offset, captured, _wire, _micros, linkType) => {
    SAMPLES.push({ bytes: bytes.slice(offset, offset + captured), linkType });
  }).push(Deno.readFileSync(FIXTURES + name));
}

/** Decodes the frame in the middle of a buffer, and checks that every field stays inside it. */
function assertInside(frame: Uint8Array, linkType: number, missing: number): void {
  const start = 50;
  const buffer = new Uint8Array(frame.length + 100).fill(0x45);
  buffer.set(frame, start);
  const end = start + frame.length;
  const packet = new Packet();
  const wire = frame.length + missing;
  if (!decodePacket(packet, buffer, start, frame.length, wire, 1, linkType)) {
    assert.equal(packet.ipVersion, 0);
    return;
  }
  const inside = (offset: number, length: number) => {
    assert.ok(length >= 0 && offset >= start && offset + length <= end);
  };
  const addressLength = packet.ipVersion === 4 ? 4 : 16;
  assert.ok(packet.ipVersion === 4 || packet.ipVersion === 6);
  assert.equal(packet.addressLength, addressLength);
  inside(packet.ipOffset, packet.ipHeaderLength);
  inside(packet.sourceOffset, addressLength);
  inside(packet.destinationOffset, addressLength);
  inside(packet.l4Offset, packet.l4Length);
  inside(packet.payloadOffset, packet.payloadLength);
  assert.equal(packet.l4Offset, packet.ipOffset + packet.ipHeaderLength);
  assert.ok(packet.ipOptionLength >= 0 && packet.ipOptionLength < packet.ipHeaderLength);
  assert.ok(packet.payloadOffset >= packet.l4Offset);
  assert.ok(packet.payloadOffset + packet.payloadLength <= packet.l4Offset + packet.l4Length);
  assert.ok(packet.payloadMissing >= 0 && packet.payloadMissing <= 65535 + missing);
  assert.ok(packet.tcpHeaderLength === 0 || packet.l4Length >= 20);
  if (packet.isFragment) {
    inside(packet.fragmentDataOffset, 0);
    assert.ok(packet.fragmentOffset % 8 === 0 && packet.fragmentOffset < 65536);
  }
  for (const value of Object.values(packet)) {
    assert.ok(typeof value !== "number" || Number.isSafeInteger(value));
  }
}

/** The same with nothing changed around it: what stands behind the frame must not matter. */
function fieldsOf(frame: Uint8Array, linkType: number, around: number): unknown {
  const buffer = new Uint8Array(frame.length + 200).fill(around);
  buffer.set(frame, 100);
  const packet = new Packet();
  const isIp = decodePacket(packet, buffer, 100, frame.length, frame.length, 1, linkType);
  return isIp && { ...packet, bytes: undefined };
}

const changes = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 6 });

const mutated = fc.record({
  sample: fc.integer({ min: 0, max: SAMPLES.length - 1 }),
  changes,
  cut: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat() }),
}).map(({ sample, changes, cut }) => {
  const { bytes, linkType } = SAMPLES[sample]!;
  const frame = bytes.slice(0, bytes.length - cut % bytes.length);
  for (const [at, value] of changes) frame[at % frame.length] = value;
  return { frame, linkType };
});

Deno.test("decodePacket() never throws and stays inside the packet, for random bytes", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 120 }),
      fc.constantFrom(...LINK_TYPES, 65535),
      fc.nat({ max: 2000 }),
      assertInside,
    ),
    { numRuns: 2000 },
  );
});

Deno.test("decodePacket() never throws and stays inside the packet, for changed packets", () => {
  fc.assert(
    fc.property(
      mutated,
      fc.nat({ max: 2000 }),
      ({ frame, linkType }, missing) => assertInside(frame, linkType, missing),
    ),
    { numRuns: 5000 },
  );
});

Deno.test("decodePacket() does not look at what stands around the packet", () => {
  fc.assert(
    fc.property(mutated, ({ frame, linkType }) => {
      assert.deepEqual(fieldsOf(frame, linkType, 0x00), fieldsOf(frame, linkType, 0xff));
    }),
    { numRuns: 2000 },
  );
});

Deno.test("decodePacket() stays inside the packet wherever a capture cuts it", () => {
  for (const { bytes, linkType } of SAMPLES) {
    for (let length = 0; length <= bytes.length; length++) {
      assertInside(bytes.subarray(0, length), linkType, bytes.length - length);
    }
  }
});
