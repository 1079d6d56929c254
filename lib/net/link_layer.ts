/**
 * From a link-layer frame to the IP header in it: each function gives the offset of the header's first
 * byte, whose version has been looked at and whose fixed part is there, or -1.
 */
import { dot11Ip, radiotapIp } from "./dot11.ts";
import { ethernetIp, ETHERTYPE, etherTypeIp, ipAt, pppIp } from "./ethernet.ts";
import { u16 } from "./network_order.ts";
import { OTHER_LINK_LAYERS } from "./other_link_layers.ts";

/** LINKTYPE_ numbers of the link layers that are read (draft-ietf-opsawg-pcaplinktype). */
export const LINK_TYPE = {
  null: 0,
  ethernet: 1,
  ppp: 9,
  /** What some BSDs write for raw IP, by their DLT_ number. */
  rawBsdOs: 12,
  rawOpenBsd: 14,
  pppHdlc: 50,
  pppEthernet: 51,
  raw: 101,
  ciscoHdlc: 104,
  dot11: 105,
  loop: 108,
  linuxCooked: 113,
  radiotap: 127,
  ipv4: 228,
  ipv6: 229,
  linuxCooked2: 276,
} as const;

const LOOPBACK_HEADER = 4;
const COOKED_HEADER = 16;
const COOKED2_HEADER = 20;

/** Address family of IPv4, the same everywhere. */
const AF_INET = 2;

/** Address families of IPv6: Linux, NetBSD and OpenBSD, FreeBSD, macOS. */
const AF_INET6: readonly number[] = [10, 24, 28, 30];

/** The IP header in the frame from `offset` to `end`. */
export function findIp(bytes: Uint8Array, offset: number, end: number, linkType: number): number {
  switch (linkType) {
    case LINK_TYPE.ethernet:
      return ethernetIp(bytes, offset, end);
    case LINK_TYPE.linuxCooked:
      if (end - offset < COOKED_HEADER) return -1;
      return etherTypeIp(bytes, u16(bytes, offset + 14), offset + COOKED_HEADER, end);
    case LINK_TYPE.linuxCooked2:
      if (end - offset < COOKED2_HEADER) return -1;
      return etherTypeIp(bytes, u16(bytes, offset), offset + COOKED2_HEADER, end);
    case LINK_TYPE.raw:
    case LINK_TYPE.rawBsdOs:
    case LINK_TYPE.rawOpenBsd:
      return ipAt(bytes, offset, end, 0);
    case LINK_TYPE.ipv4:
      return ipAt(bytes, offset, end, 4);
    case LINK_TYPE.ipv6:
      return ipAt(bytes, offset, end, 6);
    case LINK_TYPE.null:
    case LINK_TYPE.loop:
      return loopbackIp(bytes, offset, end);
    case LINK_TYPE.dot11:
      return dot11Ip(bytes, offset, end, false);
    case LINK_TYPE.radiotap:
      return radiotapIp(bytes, offset, end);
    case LINK_TYPE.ppp:
    case LINK_TYPE.pppHdlc:
    case LINK_TYPE.ciscoHdlc:
      return serialIp(bytes, offset, end);
    case LINK_TYPE.pppEthernet:
      return etherTypeIp(bytes, ETHERTYPE.pppoeSession, offset, end);
    default:
      return OTHER_LINK_LAYERS.get(linkType)?.(bytes, offset, end) ?? -1;
  }
}

/** BSD loopback: the address family in the byte order of the host, or of the network (LOOP). */
function loopbackIp(bytes: Uint8Array, offset: number, end: number): number {
  if (end - offset < LOOPBACK_HEADER) return -1;
  const low = u16(bytes, offset);
  const high = u16(bytes, offset + 2);
  if (low !== 0 && high !== 0) return -1;
  const family = low === 0 ? high : low << 8 & 0xff00 | low >> 8;
  const version = family === AF_INET ? 4 : AF_INET6.includes(family) ? 6 : -1;
  return ipAt(bytes, offset + LOOPBACK_HEADER, end, version);
}

/** PPP, with or without HDLC framing, or Cisco's HDLC (RFC 1547 section 4.3.1). */
function serialIp(bytes: Uint8Array, offset: number, end: number): number {
  if (end - offset < 4) return -1;
  const address = bytes[offset]!;
  if ((address === 0x0f || address === 0x8f) && bytes[offset + 1] === 0) {
    return etherTypeIp(bytes, u16(bytes, offset + 2), offset + 4, end);
  }
  return pppIp(bytes, offset, end);
}
