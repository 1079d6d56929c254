/** From Ethernet, and what it may carry, to the IP header: its offset, or -1. */
import { IPV4_HEADER, IPV6_HEADER, isPlausibleIp } from "./ip_header.ts";
import { u16 } from "./network_order.ts";

/** EtherTypes that lead to IP (IANA ieee-802-numbers). */
export const ETHERTYPE = {
  ipv4: 0x0800,
  ipv6: 0x86dd,
  vlan: 0x8100,
  serviceVlan: 0x88a8,
  /** QinQ of before 802.1ad. */
  oldServiceVlan: 0x9100,
  /** VN-Tag of Cisco's switches, and 802.1BR after it. */
  vnTag: 0x8926,
  eTag: 0x893f,
  /** Cisco Meta Data (TrustSec). */
  metaData: 0x8909,
  /** High-availability Seamless Redundancy (IEC 62439-3). */
  hsr: 0x892f,
  /** Provider backbone bridges (802.1ah). */
  backbone: 0x88e7,
  fabricPath: 0x8903,
  pppoeSession: 0x8864,
  mpls: 0x8847,
  mplsMulticast: 0x8848,
  /** 802.2 in frames that are too long for a length (draft-ietf-isis-ext-eth). */
  jumboLlc: 0x8870,
} as const;

/** Bytes of two addresses and a type. */
export const ETHERNET_HEADER = 14;

/** Bytes between the EtherType of a tag and that of what it is put on. */
const TAGS: ReadonlyMap<number, number> = new Map([
  [ETHERTYPE.vlan, 2],
  [ETHERTYPE.serviceVlan, 2],
  [ETHERTYPE.oldServiceVlan, 2],
  [ETHERTYPE.vnTag, 4],
  [ETHERTYPE.eTag, 6],
  [ETHERTYPE.metaData, 6],
  [ETHERTYPE.hsr, 4],
]);

/** Bytes between the EtherType of a backbone and the frame that it carries. */
const BACKBONES: ReadonlyMap<number, number> = new Map([
  [ETHERTYPE.backbone, 4],
  [ETHERTYPE.fabricPath, 2],
]);

const VLAN_TAG = 4;
const PPPOE_HEADER = 6;
const MPLS_LABEL = 4;
const SNAP_HEADER = 8;

/** More tags or labels than this are an attack on the reader. */
const MAX_TAGS = 16;

/** Types up to this are lengths (IEEE 802.3 3.2.6). */
const MAX_LENGTH_FIELD = 1500;

/** PPP protocol numbers (RFC 1332, RFC 5072, RFC 3032). */
const PPP_PROTOCOL = { ipv4: 0x0021, ipv6: 0x0057, mpls: 0x0281 } as const;

/** `offset` when the fixed header of IP `version` (0 for either) stands there, else -1. */
export function ipAt(bytes: Uint8Array, offset: number, end: number, version: number): number {
  if (end - offset < IPV4_HEADER) return -1;
  const found = bytes[offset]! >> 4;
  if (version !== 0 && found !== version) return -1;
  if (found === 4) return offset;
  return found === 6 && end - offset >= IPV6_HEADER ? offset : -1;
}

/** The IP header in an Ethernet frame. */
export function ethernetIp(bytes: Uint8Array, offset: number, end: number): number {
  if (end - offset < ETHERNET_HEADER) return -1;
  return etherTypeIp(bytes, u16(bytes, offset + 12), offset + ETHERNET_HEADER, end);
}

/** The IP header in what an EtherType announces. */
export function etherTypeIp(bytes: Uint8Array, type: number, offset: number, end: number): number {
  let next = type;
  let at = offset;
  for (let tags = 0; tags <= MAX_TAGS; tags++) {
    switch (next) {
      case ETHERTYPE.ipv4:
        return ipAt(bytes, at, end, 4);
      case ETHERTYPE.ipv6:
        return ipAt(bytes, at, end, 6);
      case ETHERTYPE.pppoeSession:
        return pppoeIp(bytes, at, end);
      case ETHERTYPE.mpls:
      case ETHERTYPE.mplsMulticast:
        return mplsIp(bytes, at, end);
      case ETHERTYPE.jumboLlc:
        return llcIp(bytes, at, end);
    }
    if (next <= MAX_LENGTH_FIELD) return llcIp(bytes, at, end);
    const type = innerType(next, at, end);
    if (type < 0) return -1;
    next = u16(bytes, type);
    at = type + 2;
  }
  return -1;
}

/** Where the EtherType stands behind the tag, or in the frame behind the backbone, of a type; or -1. */
function innerType(type: number, at: number, end: number): number {
  const tag = TAGS.get(type);
  const backbone = tag === undefined ? BACKBONES.get(type) : undefined;
  const length = tag ?? (backbone === undefined ? undefined : backbone + ETHERNET_HEADER - 2);
  return length === undefined || end - at < length + 2 ? -1 : at + length;
}

/** The IP header behind an 802.2 header with SNAP (RFC 1042), or the SAP of IP itself. */
export function llcIp(bytes: Uint8Array, offset: number, end: number): number {
  if (end - offset < SNAP_HEADER) return -1;
  const accessPoints = u16(bytes, offset);
  if (accessPoints === 0x0606) return ipAt(bytes, offset + 3, end, 4);
  if (accessPoints !== 0xaaaa || bytes[offset + 2] !== 3) return -1;
  const organisation = bytes[offset + 3]! << 16 | u16(bytes, offset + 4);
  // Of 802.1H bridge tunnels beside RFC 1042.
  if (organisation !== 0 && organisation !== 0x0000f8) return -1;
  const type = u16(bytes, offset + 6);
  if (type <= MAX_LENGTH_FIELD) return -1;
  return etherTypeIp(bytes, type, offset + SNAP_HEADER, end);
}

/** PPPoE sessions carry PPP from its protocol field on (RFC 2516 section 4). */
function pppoeIp(bytes: Uint8Array, offset: number, end: number): number {
  // Version 1, type 1, code 0.
  if (end - offset < PPPOE_HEADER || u16(bytes, offset) !== 0x1100) return -1;
  return pppIp(bytes, offset + PPPOE_HEADER, end);
}

/** The IP header in a PPP frame; address, control and half the protocol may be left out. */
export function pppIp(bytes: Uint8Array, offset: number, end: number): number {
  if (end - offset < 4) return -1;
  let at = u16(bytes, offset) === 0xff03 ? offset + 2 : offset;
  // Protocol numbers end in an odd byte, and only there (RFC 1661 section 2).
  const compressed = (bytes[at]! & 1) === 1;
  const protocol = compressed ? bytes[at]! : u16(bytes, at);
  at += compressed ? 1 : 2;
  switch (protocol) {
    case PPP_PROTOCOL.ipv4:
      return ipAt(bytes, at, end, 4);
    case PPP_PROTOCOL.ipv6:
      return ipAt(bytes, at, end, 6);
    case PPP_PROTOCOL.mpls:
      return mplsIp(bytes, at, end);
    default:
      return -1;
  }
}

/**
 * MPLS labels do not say what they carry: it is guessed from the first nibble, which is the IP version
 * or 0 for the control word of an Ethernet pseudowire (RFC 4928, RFC 4448 section 4.6).
 */
export function mplsIp(bytes: Uint8Array, offset: number, end: number): number {
  let at = offset;
  for (let labels = 0; labels < MAX_TAGS; labels++) {
    if (end - at <= MPLS_LABEL) return -1;
    const bottom = (bytes[at + 2]! & 1) === 1;
    at += MPLS_LABEL;
    if (!bottom) continue;
    if (isPlausibleIp(bytes, at, end)) return at;
    const nibble = bytes[at]! >> 4;
    const inner = nibble === 0 ? plainEthernetIp(bytes, at + 4, end) : -1;
    return inner >= 0 ? inner : plainEthernetIp(bytes, at, end);
  }
  return -1;
}

/** An Ethernet frame with no further labels or sessions in it, so that guesses do not nest. */
function plainEthernetIp(bytes: Uint8Array, offset: number, end: number): number {
  if (end - offset < ETHERNET_HEADER) return -1;
  let at = offset + 12;
  for (let tags = 0; tags <= MAX_TAGS && end - at >= VLAN_TAG; tags++) {
    const type = u16(bytes, at);
    if (type === ETHERTYPE.ipv4 || type === ETHERTYPE.ipv6) {
      return isPlausibleIp(bytes, at + 2, end) ? ipAt(bytes, at + 2, end, 0) : -1;
    }
    // Only those whose tag has two bytes.
    if (TAGS.get(type) !== VLAN_TAG - 2) return -1;
    at += VLAN_TAG;
  }
  return -1;
}
