/** Decodes a captured frame down to the payload of the innermost transport protocol. */
import { decodeIp, isDecodableIp } from "./ip_header.ts";
import { findIp } from "./link_layer.ts";
import { Packet } from "./packet_fields.ts";
import { TRANSPORT } from "./transport.ts";
import { innerIp } from "./tunnels.ts";

export { Packet };

/** IP headers that are entered, one tunnel in the other. */
const MAX_DEPTH = 8;

/**
 * Fills `packet` from a captured frame. True when it holds an IP packet.
 *
 * @param captured bytes of the frame at `offset` of `bytes`
 * @param wire its length on the wire
 * @param micros microseconds since the epoch
 * @param linkType LINKTYPE_ number
 */
export function decodePacket(
  packet: Packet,
  bytes: Uint8Array,
  offset: number,
  captured: number,
  wire: number,
  micros: number,
  linkType: number,
): boolean {
  packet.bytes = bytes;
  packet.micros = micros;
  packet.captured = captured;
  packet.wire = wire;
  packet.encapsulated = false;
  const end = offset + captured;
  const ip = findIp(bytes, offset, end, linkType);
  if (ip < 0 || !isDecodableIp(bytes, ip, end)) {
    packet.ipVersion = 0;
    return false;
  }
  decodeIp(packet, ip, end, offset + wire);
  if (packet.protocol !== TRANSPORT.tcp) enterTunnels(packet);
  return true;
}

function enterTunnels(packet: Packet): void {
  for (let depth = 1; depth < MAX_DEPTH; depth++) {
    const inner = innerIp(packet);
    if (inner < 0) return;
    const end = packet.payloadOffset + packet.payloadLength;
    decodeIp(packet, inner, end, end + packet.payloadMissing);
    packet.encapsulated = true;
    if (packet.protocol === TRANSPORT.tcp) return;
  }
}
