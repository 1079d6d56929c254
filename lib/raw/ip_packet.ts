/** Writes IPv4 (RFC 791) and IPv6 (RFC 8200) packets. */
import { foldChecksum, sumWords } from "./checksum.ts";

/** IP protocol numbers that are sent here (IANA protocol-numbers). */
export const PROTOCOL = {
  icmp: 1,
  tcp: 6,
  udp: 17,
  icmpv6: 58,
  destinationOptions: 60,
  /** For experiments and testing (RFC 3692): no host has it. */
  experimental: 253,
} as const;

/** Bytes of an IPv4 header without options, and of an IPv6 header. */
export const IPV4_HEADER_LENGTH = 20;
/** See {@linkcode IPV4_HEADER_LENGTH}. */
export const IPV6_HEADER_LENGTH = 40;

/** What our packets start with: a usual number, and more hops than the longest route has. */
export const OUR_TTL = 64;

/** Header fields. The addresses decide the version: both have 4 bytes or both 16. */
export interface IpFields {
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  /** What follows the header: a protocol, or the first extension header of IPv6. */
  readonly protocol: number;
  /** Time to live or hop limit; {@linkcode OUR_TTL} by default. */
  readonly ttl?: number;
  /** IPv4 only: identification, 1 to 65535. The kernel replaces a 0. */
  readonly id?: number;
  /** IPv4 only: options, a multiple of four bytes, 40 at most. */
  readonly options?: Uint8Array;
}

/** Don't fragment (RFC 791 3.1): all that we send, so that a router answers instead of cutting it. */
const DONT_FRAGMENT = 0x4000;

/** A whole packet. @throws {RangeError} when it would be longer than a length field can say */
export function writeIp(fields: IpFields, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const optionLength = fields.options?.length ?? 0;
  const isV4 = fields.source.length === 4;
  const headerLength = isV4 ? IPV4_HEADER_LENGTH + optionLength : IPV6_HEADER_LENGTH;
  if (headerLength + payload.length > 0xffff) {
    throw new RangeError(`a packet of ${headerLength + payload.length} bytes`);
  }
  // In memory that does not move: its address may be handed to the kernel.
  const packet = new Uint8Array(new ArrayBuffer(headerLength + payload.length));
  packet.set(payload, headerLength);
  if (isV4) writeIpv4Header(packet, headerLength, fields);
  else writeIpv6Header(packet, fields);
  return packet;
}

function writeIpv4Header(packet: Uint8Array, headerLength: number, fields: IpFields): void {
  const { source, destination, protocol, ttl = OUR_TTL, id = 1, options } = fields;
  packet[0] = 0x40 | headerLength / 4;
  putU16(packet, 2, packet.length);
  putU16(packet, 4, id);
  putU16(packet, 6, DONT_FRAGMENT);
  packet[8] = ttl;
  packet[9] = protocol;
  packet.set(source, 12);
  packet.set(destination, 16);
  if (options !== undefined) packet.set(options, IPV4_HEADER_LENGTH);
  putU16(packet, 10, foldChecksum(sumWords(packet, 0, headerLength)));
}

function writeIpv6Header(packet: Uint8Array, fields: IpFields): void {
  const { source, destination, protocol, ttl = OUR_TTL } = fields;
  packet[0] = 0x60;
  putU16(packet, 4, packet.length - IPV6_HEADER_LENGTH);
  packet[6] = protocol;
  packet[7] = ttl;
  packet.set(source, 8);
  packet.set(destination, 24);
}

/** Puts 16 bits in network byte order. */
export function putU16(bytes: Uint8Array, offset: number, value: number): void {
  bytes[offset] = value >>> 8;
  bytes[offset + 1] = value;
}

/** Puts 32 bits in network byte order. */
export function putU32(bytes: Uint8Array, offset: number, value: number): void {
  putU16(bytes, offset, value >>> 16);
  putU16(bytes, offset + 2, value & 0xffff);
}
