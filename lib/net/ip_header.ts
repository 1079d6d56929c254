/** Decodes IPv4 (RFC 791) and IPv6 (RFC 8200) headers. */
import { u16, u32 } from "./network_order.ts";
import type { Packet } from "./packet_fields.ts";
import { clearTransport, decodeTransport, setPayload } from "./transport.ts";

/** Bytes of an IPv4 header without options. */
export const IPV4_HEADER = 20;

/** Bytes of an IPv6 header without extension headers. */
export const IPV6_HEADER = 40;

/** Extension headers (IANA ipv6-parameters); the authentication header is one for IPv4, too. */
export const EXTENSION = {
  hopByHop: 0,
  routing: 43,
  fragment: 44,
  authentication: 51,
  destinationOptions: 60,
  mobility: 135,
  hostIdentity: 139,
  shim6: 140,
} as const;

/** Extension headers that are walked; real packets have no more than four. */
const MAX_EXTENSIONS = 16;

/** Smallest extension header, and the unit of its length field (RFC 8200 4.2). */
const EXTENSION_UNIT = 8;

/** True when an IP header stands at `offset` that is all there and whose lengths make sense. */
export function isPlausibleIp(bytes: Uint8Array, offset: number, end: number): boolean {
  if (end - offset < IPV4_HEADER) return false;
  const first = bytes[offset]!;
  if (first >> 4 === 6) return end - offset >= IPV6_HEADER;
  const headerLength = (first & 0x0f) * 4;
  return first >> 4 === 4 && headerLength >= IPV4_HEADER && offset + headerLength <= end &&
    u16(bytes, offset + 2) >= headerLength;
}

/**
 * Also true for IPv4 with a total length of 0, which segmentation offload leaves in packets that are
 * captured before the network card cuts them.
 */
export function isDecodableIp(bytes: Uint8Array, offset: number, end: number): boolean {
  if (isPlausibleIp(bytes, offset, end)) return true;
  if (end - offset < IPV4_HEADER || u16(bytes, offset + 2) !== 0) return false;
  const first = bytes[offset]!;
  const headerLength = (first & 0x0f) * 4;
  return first >> 4 === 4 && headerLength >= IPV4_HEADER && offset + headerLength <= end;
}

/**
 * Fills `packet` from the IP header at `ip`, which {@linkcode isDecodableIp}, and what follows it.
 *
 * @param end where the captured bytes end
 * @param wireEnd where the frame ends on the wire
 */
export function decodeIp(packet: Packet, ip: number, end: number, wireEnd: number): void {
  packet.ipOffset = ip;
  packet.isFragment = false;
  packet.moreFragments = false;
  packet.fragmentOffset = 0;
  packet.fragmentId = 0;
  packet.fragmentDataOffset = 0;
  if (packet.bytes[ip]! >> 4 === 4) decodeIpv4(packet, ip, end, wireEnd);
  else decodeIpv6(packet, ip, end, wireEnd);
}

function decodeIpv4(packet: Packet, ip: number, end: number, wireEnd: number): void {
  const bytes = packet.bytes;
  const headerLength = (bytes[ip]! & 0x0f) * 4;
  const totalLength = u16(bytes, ip + 2);
  const flags = u16(bytes, ip + 6);
  packet.ipVersion = 4;
  packet.ipOptionLength = headerLength - IPV4_HEADER;
  packet.sourceOffset = ip + 12;
  packet.destinationOffset = ip + 16;
  packet.addressLength = 4;
  packet.ttl = bytes[ip + 8]!;
  packet.trafficClass = bytes[ip + 1]!;
  packet.ipId = u16(bytes, ip + 4);
  packet.reservedBit = (flags & 0x8000) !== 0;
  packet.dontFragment = (flags & 0x4000) !== 0;
  packet.flowLabel = 0;
  const stop = totalLength === 0 ? wireEnd : ip + totalLength;
  const data = ip + headerLength;
  const protocol = bytes[ip + 9]!;
  const captureEnd = end < stop ? end : stop;
  // An offset, or more fragments.
  if (flags & 0x3fff) {
    markFragment(packet, flags << 3 & 0xffff, (flags & 0x2000) !== 0, packet.ipId, data);
  }
  if (packet.fragmentOffset > 0) decodeLaterFragment(packet, protocol, data, captureEnd, stop);
  else if (protocol !== EXTENSION.authentication) {
    packet.ipHeaderLength = headerLength;
    decodeTransport(packet, protocol, data, captureEnd, stop);
  } else walkExtensions(packet, protocol, data, captureEnd, stop);
}

function decodeIpv6(packet: Packet, ip: number, end: number, wireEnd: number): void {
  const bytes = packet.bytes;
  const word = u32(bytes, ip);
  const length = u16(bytes, ip + 4);
  packet.ipVersion = 6;
  packet.sourceOffset = ip + 8;
  packet.destinationOffset = ip + 24;
  packet.addressLength = 16;
  packet.ttl = bytes[ip + 7]!;
  packet.trafficClass = word >>> 20 & 0xff;
  packet.ipId = -1;
  packet.reservedBit = false;
  packet.dontFragment = false;
  packet.flowLabel = word & 0xfffff;
  const data = ip + IPV6_HEADER;
  // 0 stands for a jumbogram (RFC 2675) or segmentation offload.
  const stop = length === 0 ? wireEnd : data + length;
  walkExtensions(packet, bytes[ip + 6]!, data, end < stop ? end : stop, stop);
  packet.ipOptionLength = packet.ipHeaderLength - IPV6_HEADER;
}

/** Goes from the header at `start`, of type `first`, to the transport header. */
function walkExtensions(
  packet: Packet,
  first: number,
  start: number,
  end: number,
  stop: number,
): void {
  const bytes = packet.bytes;
  let type = first;
  let at = start;
  for (let count = 0; count < MAX_EXTENSIONS && end - at >= EXTENSION_UNIT; count++) {
    const length = extensionLength(packet, type, at);
    if (length === 0 || length > end - at) break;
    if (type === EXTENSION.fragment) {
      const field = u16(bytes, at + 2);
      const data = at + EXTENSION_UNIT;
      // Without an offset and more fragments it is a whole datagram (RFC 6946).
      if (field & 0xfff9) {
        markFragment(packet, field & 0xfff8, (field & 1) !== 0, u32(bytes, at + 4), data);
      }
      if (packet.fragmentOffset > 0) {
        decodeLaterFragment(packet, bytes[at]!, data, end, stop);
        return;
      }
    }
    type = bytes[at]!;
    at += length;
  }
  packet.ipHeaderLength = at - packet.ipOffset;
  decodeTransport(packet, type, at, end, stop);
}

/** Bytes of the extension header at `at`; 0 when `type` is none that can be walked here. */
function extensionLength(packet: Packet, type: number, at: number): number {
  if (type === EXTENSION.authentication) return (packet.bytes[at + 1]! + 2) * 4;
  if (packet.ipVersion === 4) return 0;
  switch (type) {
    case EXTENSION.fragment:
      // A fragment of a fragment belongs to the datagram that has to be put together first.
      return packet.isFragment ? 0 : EXTENSION_UNIT;
    case EXTENSION.hopByHop:
    case EXTENSION.routing:
    case EXTENSION.destinationOptions:
    case EXTENSION.mobility:
    case EXTENSION.hostIdentity:
    case EXTENSION.shim6:
      return (packet.bytes[at + 1]! + 1) * EXTENSION_UNIT;
    default:
      return 0;
  }
}

function markFragment(
  packet: Packet,
  offset: number,
  more: boolean,
  id: number,
  dataOffset: number,
): void {
  packet.isFragment = true;
  packet.fragmentOffset = offset;
  packet.moreFragments = more;
  packet.fragmentId = id;
  packet.fragmentDataOffset = dataOffset;
}

/** What comes after the first fragment has no transport header: all of it is payload. */
function decodeLaterFragment(
  packet: Packet,
  protocol: number,
  data: number,
  end: number,
  stop: number,
): void {
  packet.ipHeaderLength = data - packet.ipOffset;
  clearTransport(packet, protocol, data, end);
  setPayload(packet, data, end, stop);
}
