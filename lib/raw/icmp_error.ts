/** Reads ICMP (RFC 792) and ICMPv6 (RFC 4443) errors and the packet that they quote. */
import { u16, u32 } from "../net/network_order.ts";
import type { Packet } from "../net/packet.ts";
import { IPV4_HEADER_LENGTH, IPV6_HEADER_LENGTH, PROTOCOL } from "./ip_packet.ts";

/** Types of ICMP errors. */
export const ICMP = { unreachable: 3, timeExceeded: 11, parameterProblem: 12 } as const;

/** Types of ICMPv6 errors. */
export const ICMPV6 = {
  unreachable: 1,
  packetTooBig: 2,
  timeExceeded: 3,
  parameterProblem: 4,
} as const;

/** Header of an ICMP message; the quoted packet follows. */
const ICMP_HEADER = 8;

/** Quoted bytes of the transport header that there are at least (RFC 792): ports. */
const LEAST_TRANSPORT = 4;

/** Of the quoted header: where its transport header starts, and of what kind that is. */
interface Transport {
  readonly protocol: number;
  readonly offset: number;
}

/** An error, with all of the quoted packet that it brought. */
export interface IcmpError {
  readonly type: number;
  readonly code: number;
  /** The second half of the header: unused, pointer, or MTU. */
  readonly word: number;
  /** The quoted packet from its IP header on, a copy. */
  readonly quote: Uint8Array;
  /** Whom the quoted packet was for: 4 or 16 bytes. */
  readonly destination: Uint8Array;
  /** Protocol of the quoted packet, behind options and destination options headers. */
  readonly protocol: number;
  /** Its ports: the first four bytes, whatever its protocol. We mark all that we send by them. */
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** What stands behind the ports: the sequence number of a SYN; undefined when not quoted. */
  readonly sequence: number | undefined;
}

/** The error in `packet`, or undefined when it is none or quotes too little to tell of what. */
export function readIcmpError(packet: Packet): IcmpError | undefined {
  const { bytes, l4Offset, l4Length, ipVersion, sourcePort: type, destinationPort: code } = packet;
  const wanted = ipVersion === 4 ? PROTOCOL.icmp : PROTOCOL.icmpv6;
  if (packet.protocol !== wanted || packet.fragmentOffset > 0) return undefined;
  const types: readonly number[] = Object.values(ipVersion === 4 ? ICMP : ICMPV6);
  if (!types.includes(type) || l4Length < ICMP_HEADER) return undefined;
  const start = l4Offset + ICMP_HEADER;
  const length = quoteLength(bytes, l4Offset, l4Length - ICMP_HEADER, ipVersion);
  const quote = bytes.slice(start, start + length);
  const transport = ipVersion === 4 ? ipv4Transport(quote) : ipv6Transport(quote);
  if (transport === undefined) return undefined;
  const { protocol, offset } = transport;
  return {
    type,
    code,
    word: u32(bytes, l4Offset + 4),
    quote,
    destination: ipVersion === 4 ? quote.subarray(16, 20) : quote.subarray(24, 40),
    protocol,
    sourcePort: u16(quote, offset),
    destinationPort: u16(quote, offset + 2),
    sequence: offset + 8 <= quote.length ? u32(quote, offset + 4) : undefined,
  };
}

/** Bytes of the quote without the objects that may follow it (RFC 4884 section 5). */
function quoteLength(bytes: Uint8Array, at: number, available: number, version: number): number {
  const announced = version === 4 ? bytes[at + 5]! * 4 : bytes[at + 4]! * 8;
  // ICMPv6 has the field in these only: elsewhere it is part of a pointer or an MTU.
  const extensible = version === 4 || bytes[at] === ICMPV6.unreachable ||
    bytes[at] === ICMPV6.timeExceeded;
  return extensible && announced > 0 ? Math.min(announced, available) : available;
}

function ipv4Transport(quote: Uint8Array): Transport | undefined {
  if (quote.length < IPV4_HEADER_LENGTH || quote[0]! >> 4 !== 4) return undefined;
  const offset = (quote[0]! & 0x0f) * 4;
  if (offset < IPV4_HEADER_LENGTH || offset + LEAST_TRANSPORT > quote.length) return undefined;
  return { protocol: quote[9]!, offset };
}

function ipv6Transport(quote: Uint8Array): Transport | undefined {
  if (quote.length < IPV6_HEADER_LENGTH || quote[0]! >> 4 !== 6) return undefined;
  let protocol = quote[6]!;
  let offset = IPV6_HEADER_LENGTH;
  // We send one such header at most.
  if (protocol === PROTOCOL.destinationOptions) {
    if (offset + 2 > quote.length) return undefined;
    protocol = quote[offset]!;
    offset += (quote[offset + 1]! + 1) * 8;
  }
  return offset + LEAST_TRANSPORT > quote.length ? undefined : { protocol, offset };
}

/** The time to live that the quoted packet had left. */
export function quotedTtl(quote: Uint8Array): number {
  return quote[0]! >> 4 === 4 ? quote[8]! : quote[7]!;
}
