/** Decodes the headers of TCP (RFC 9293), UDP, SCTP, ICMP and ICMPv6. */
import { u16, u32 } from "./network_order.ts";
import type { Packet } from "./packet_fields.ts";

/** IP protocol numbers of the transports that are decoded (IANA protocol-numbers). */
export const TRANSPORT = { icmp: 1, tcp: 6, udp: 17, icmpv6: 58, sctp: 132 } as const;

const TCP_HEADER = 20;
const UDP_HEADER = 8;
const SCTP_HEADER = 12;
const ICMP_HEADER = 8;

/**
 * Fills the transport fields of `packet`.
 *
 * @param end where the captured bytes of the IP packet end, not before `at`
 * @param stop where the IP packet ends
 */
export function decodeTransport(
  packet: Packet,
  protocol: number,
  at: number,
  end: number,
  stop: number,
): void {
  if (protocol === TRANSPORT.tcp) {
    decodeTcp(packet, at, end, stop);
    return;
  }
  clearTransport(packet, protocol, at, end);
  let payload = at;
  let payloadStop = stop;
  switch (protocol) {
    case TRANSPORT.udp:
      setPorts(packet, at, end);
      payload += UDP_HEADER;
      payloadStop = udpStop(packet.bytes, at, end, stop);
      break;
    case TRANSPORT.sctp:
      setPorts(packet, at, end);
      payload += SCTP_HEADER;
      break;
    case TRANSPORT.icmp:
    case TRANSPORT.icmpv6:
      if (end - at >= 2) {
        packet.sourcePort = packet.bytes[at]!;
        packet.destinationPort = packet.bytes[at + 1]!;
      }
      payload += ICMP_HEADER;
      break;
  }
  setPayload(packet, payload, end < payloadStop ? end : payloadStop, payloadStop);
}

/** Sets the fields of a packet that has no TCP header and no ports. */
export function clearTransport(packet: Packet, protocol: number, at: number, end: number): void {
  packet.protocol = protocol;
  packet.l4Offset = at;
  packet.l4Length = end - at;
  packet.sourcePort = 0;
  packet.destinationPort = 0;
  clearTcp(packet);
}

function clearTcp(packet: Packet): void {
  packet.sequence = 0;
  packet.acknowledgement = 0;
  packet.tcpFlags = 0;
  packet.window = 0;
  packet.tcpHeaderLength = 0;
  packet.urgentPointer = 0;
}

/** Sets the payload, from `start` on, of what was captured up to `end` and is sent up to `stop`. */
export function setPayload(packet: Packet, start: number, end: number, stop: number): void {
  const offset = start < end ? start : end;
  packet.payloadOffset = offset;
  packet.payloadLength = end - offset;
  const missing = stop - (start > end ? start : end);
  packet.payloadMissing = missing > 0 ? missing : 0;
}

function setPorts(packet: Packet, at: number, end: number): void {
  if (end - at < 4) return;
  packet.sourcePort = u16(packet.bytes, at);
  packet.destinationPort = u16(packet.bytes, at + 2);
}

/** Where the UDP datagram ends. Its length may be 0, in jumbograms (RFC 2675) and before offload. */
function udpStop(bytes: Uint8Array, at: number, end: number, stop: number): number {
  if (end - at < UDP_HEADER) return stop;
  const length = u16(bytes, at + 4);
  if (length === 0 || at + length > stop) return stop;
  // A length that does not cover the header leaves no payload.
  return at + (length < UDP_HEADER ? UDP_HEADER : length);
}

function decodeTcp(packet: Packet, at: number, end: number, stop: number): void {
  const bytes = packet.bytes;
  packet.protocol = TRANSPORT.tcp;
  packet.l4Offset = at;
  packet.l4Length = end - at;
  const headerLength = end - at < TCP_HEADER ? 0 : (bytes[at + 12]! >> 4) * 4;
  if (headerLength < TCP_HEADER || headerLength > stop - at) {
    packet.sourcePort = 0;
    packet.destinationPort = 0;
    setPorts(packet, at, end);
    clearTcp(packet);
    setPayload(packet, end, end, end);
    return;
  }
  packet.sourcePort = u16(bytes, at);
  packet.destinationPort = u16(bytes, at + 2);
  packet.sequence = u32(bytes, at + 4);
  packet.acknowledgement = u32(bytes, at + 8);
  packet.tcpFlags = u16(bytes, at + 12) & 0x1ff;
  packet.window = u16(bytes, at + 14);
  packet.tcpHeaderLength = headerLength;
  packet.urgentPointer = u16(bytes, at + 18);
  setPayload(packet, at + headerLength, end, stop);
}
