/** What holds of every decoded packet, whatever its bytes. */
import assert from "node:assert/strict";
import type { Packet } from "../../lib/net/packet.ts";

/** Asserts that all that `packet` tells lies between `start` and `end` of its bytes. */
export function assertInside(packet: Packet, start: number, end: number): void {
  const inside = (offset: number, length: number) =>
    assert.ok(length >= 0 && offset >= start && offset + length <= end);
  const { addressLength, l4Offset, l4Length, payloadOffset, payloadLength } = packet;
  assert.equal(addressLength, packet.ipVersion === 4 ? 4 : 16);
  inside(packet.ipOffset, packet.ipHeaderLength);
  inside(packet.sourceOffset, addressLength);
  inside(packet.destinationOffset, addressLength);
  inside(l4Offset, l4Length);
  inside(payloadOffset, payloadLength);
  assert.ok(payloadOffset >= l4Offset && payloadOffset + payloadLength <= l4Offset + l4Length);
  assert.ok(packet.payloadMissing >= 0);
  assert.ok(packet.tcpHeaderLength === 0 || packet.tcpHeaderLength >= 20 && l4Length >= 20);
  if (packet.isFragment) inside(packet.fragmentDataOffset, 0);
}

/** All fields but the bytes, for comparison. */
export function fieldsOf(packet: Packet): string {
  return Object.entries(packet)
    .filter(([name]) => name !== "bytes")
    .map(([, value]) => value)
    .join();
}
