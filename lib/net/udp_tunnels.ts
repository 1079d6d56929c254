/**
 * Tunnels over UDP, told by their port. Any datagram may use such a port, so an inner packet counts
 * only if everything about it fits.
 */
import { ethernetIp, ETHERTYPE, ipAt, mplsIp } from "./ethernet.ts";
import { IPV6_HEADER, isPlausibleIp } from "./ip_header.ts";
import { u16, u32 } from "./network_order.ts";
import { ayiyaIp, capwapIp, l2tpIp, lispIp, tzspIp } from "./other_udp_tunnels.ts";
import type { Packet } from "./packet_fields.ts";

/** Ports of tunnels (IANA service names; 8472 is what Linux took before 4789 was assigned). */
const PORT = {
  l2tp: 1701,
  gtpU: 2152,
  teredo: 3544,
  lisp: 4341,
  vxlan: 4789,
  vxlanGpe: 4790,
  ayiya: 5072,
  capwapData: 5247,
  geneve: 6081,
  mpls: 6635,
  oldVxlan: 8472,
  tzsp: 37008,
} as const;

const VXLAN_HEADER = 8;
const GENEVE_HEADER = 8;
const GTP_HEADER = 8;
const GTP_OPTIONAL_HEADER = 4;

/** VXLAN flag: the network identifier is valid (RFC 7348 section 5). */
const VXLAN_VALID = 0x08;

/** VXLAN-GPE flag: there is a next protocol (draft-ietf-nvo3-vxlan-gpe section 3.1). */
const VXLAN_TYPED = 0x04;

/** Next protocols of VXLAN-GPE. */
const VXLAN_NEXT = { ipv4: 1, ipv6: 2, ethernet: 3 } as const;

/** Protocol type of Ethernet frames in Geneve (RFC 8926 section 3.4). */
const TRANSPARENT_ETHERNET = 0x6558;

/** GTP-U message that carries a packet (3GPP TS 29.281 section 6.1). */
const GTP_G_PDU = 255;

/** GTP extension headers that are walked; a packet has one or two. */
const MAX_GTP_EXTENSIONS = 8;

const TEREDO_ORIGIN = 8;

/** 2001::/32, where Teredo clients live (RFC 4380 section 2.6). */
const TEREDO_PREFIX = 0x20010000;

/** fe80::/16, from which clients and servers talk before a client has its address. */
const LINK_LOCAL = 0xfe80;

/** Offset of the IP header in the tunnel of the UDP datagram `packet`, or -1. */
export function udpTunnelIp(packet: Packet): number {
  switch (packet.destinationPort) {
    case PORT.vxlan:
    case PORT.vxlanGpe:
    case PORT.oldVxlan:
      return sound(packet, vxlanIp(packet));
    case PORT.geneve:
      return sound(packet, geneveIp(packet));
    case PORT.gtpU:
      return fitting(packet, gtpIp(packet));
    case PORT.teredo:
      return fitting(packet, teredoIp(packet));
    case PORT.l2tp:
      return fitting(packet, l2tpIp(packet));
    case PORT.lisp:
      return fitting(packet, lispIp(packet));
    case PORT.capwapData:
      return fitting(packet, capwapIp(packet));
    case PORT.ayiya:
      return fitting(packet, ayiyaIp(packet));
    case PORT.mpls:
      return fitting(packet, mplsOverUdpIp(packet));
    case PORT.tzsp:
      return fitting(packet, tzspIp(packet));
  }
  // Of these the answers come from the well-known port to any.
  switch (packet.sourcePort) {
    case PORT.teredo:
      return fitting(packet, teredoIp(packet));
    case PORT.l2tp:
      return fitting(packet, l2tpIp(packet));
    case PORT.capwapData:
      return fitting(packet, capwapIp(packet));
    case PORT.ayiya:
      return fitting(packet, ayiyaIp(packet));
    default:
      return -1;
  }
}

/** MPLS over UDP (RFC 7510). */
function mplsOverUdpIp({ bytes, payloadOffset, payloadLength }: Packet): number {
  return mplsIp(bytes, payloadOffset, payloadOffset + payloadLength);
}

/** `ip` when the packet there is sound and does not reach out of the datagram. */
function fitting(packet: Packet, ip: number): number {
  const { bytes, payloadOffset, payloadLength, payloadMissing } = packet;
  const end = payloadOffset + payloadLength;
  if (ip < 0 || !isPlausibleIp(bytes, ip, end)) return -1;
  return ipEnd(bytes, ip) <= end + payloadMissing ? ip : -1;
}

/** `ip` when the packet there is sound; mirrors cut what they send in these tunnels. */
function sound({ bytes, payloadOffset, payloadLength }: Packet, ip: number): number {
  return ip >= 0 && isPlausibleIp(bytes, ip, payloadOffset + payloadLength) ? ip : -1;
}

function ipEnd(bytes: Uint8Array, ip: number): number {
  return bytes[ip]! >> 4 === 4 ? ip + u16(bytes, ip + 2) : ip + IPV6_HEADER + u16(bytes, ip + 4);
}

function vxlanIp({ bytes, payloadOffset, payloadLength }: Packet): number {
  if (payloadLength < VXLAN_HEADER) return -1;
  const flags = bytes[payloadOffset]!;
  // The last byte is reserved; those before the identifier are used by group policy.
  if ((flags & VXLAN_VALID) === 0 || bytes[payloadOffset + 7] !== 0) return -1;
  const next = flags & VXLAN_TYPED ? bytes[payloadOffset + 3]! : VXLAN_NEXT.ethernet;
  const inner = payloadOffset + VXLAN_HEADER;
  const end = payloadOffset + payloadLength;
  switch (next) {
    case VXLAN_NEXT.ethernet:
      return ethernetIp(bytes, inner, end);
    case VXLAN_NEXT.ipv4:
      return ipAt(bytes, inner, end, 4);
    case VXLAN_NEXT.ipv6:
      return ipAt(bytes, inner, end, 6);
    default:
      return -1;
  }
}

function geneveIp({ bytes, payloadOffset, payloadLength }: Packet): number {
  if (payloadLength < GENEVE_HEADER) return -1;
  const first = bytes[payloadOffset]!;
  // Version 0; the last byte is reserved.
  if (first >> 6 !== 0 || bytes[payloadOffset + 7] !== 0) return -1;
  const end = payloadOffset + payloadLength;
  const inner = payloadOffset + GENEVE_HEADER + (first & 0x3f) * 4;
  switch (u16(bytes, payloadOffset + 2)) {
    case TRANSPARENT_ETHERNET:
      return ethernetIp(bytes, inner, end);
    case ETHERTYPE.ipv4:
      return ipAt(bytes, inner, end, 4);
    case ETHERTYPE.ipv6:
      return ipAt(bytes, inner, end, 6);
    default:
      return -1;
  }
}

function gtpIp({ bytes, payloadOffset, payloadLength, payloadMissing }: Packet): number {
  if (payloadLength < GTP_HEADER) return -1;
  const flags = bytes[payloadOffset]!;
  // Version 1, GTP and not GTP', the reserved bit clear.
  if ((flags & 0xf8) !== 0x30 || bytes[payloadOffset + 1] !== GTP_G_PDU) return -1;
  const length = u16(bytes, payloadOffset + 2);
  if (GTP_HEADER + length !== payloadLength + payloadMissing) return -1;
  const end = payloadOffset + payloadLength;
  let at = payloadOffset + GTP_HEADER;
  if (flags & 0x07) {
    at += GTP_OPTIONAL_HEADER;
    if (at > end) return -1;
    // Each extension ends in the type of the next, and counts its length in four bytes.
    let next = flags & 0x04 ? bytes[at - 1]! : 0;
    for (let count = 0; next !== 0; count++) {
      if (at >= end || bytes[at] === 0 || count >= MAX_GTP_EXTENSIONS) return -1;
      at += bytes[at]! * 4;
      if (at > end) return -1;
      next = bytes[at - 1]!;
    }
  }
  return ipAt(bytes, at, end, 0);
}

/** Teredo (RFC 4380 section 5.1.1): authentication and origin may come before the IPv6 packet. */
function teredoIp({ bytes, payloadOffset, payloadLength }: Packet): number {
  const end = payloadOffset + payloadLength;
  let at = payloadOffset;
  if (end - at >= 4 && u16(bytes, at) === 0x0001) {
    // Lengths of identifier and authentication value; nonce and confirmation follow.
    at += 4 + bytes[at + 2]! + bytes[at + 3]! + 9;
  }
  if (end - at >= TEREDO_ORIGIN && u16(bytes, at) === 0x0000) at += TEREDO_ORIGIN;
  if (ipAt(bytes, at, end, 6) < 0) return -1;
  return isTeredoAddress(bytes, at + 8) || isTeredoAddress(bytes, at + 24) ? at : -1;
}

function isTeredoAddress(bytes: Uint8Array, offset: number): boolean {
  return u32(bytes, offset) === TEREDO_PREFIX || u16(bytes, offset) === LINK_LOCAL;
}
