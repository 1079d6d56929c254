/**
 * Link layers of old networks, of monitoring devices and of firewalls, from their header to the IP header:
 * its offset, or -1 (https://www.tcpdump.org/linktypes.html).
 */
import { dot11Ip, radiotapIp } from "./dot11.ts";
import { ethernetIp, etherTypeIp, ipAt, llcIp, pppIp } from "./ethernet.ts";
import { u16, u32 } from "./network_order.ts";

/** Finds the IP header in the frame from `offset` to `end`. */
type LinkLayer = (bytes: Uint8Array, offset: number, end: number) => number;

/** Frame control and two addresses (ANSI X3.139). */
const FDDI_HEADER = 13;

/** Access control, frame control and two addresses (802.5). */
const TOKEN_RING_HEADER = 14;

/** Bit of the source address, and bits of what follows, of a frame with a route. */
const ROUTED = 0x80;
const ROUTE_LENGTH = 0x1f;

const PRISM_HEADER = 144;
const AVS_MAGIC = 0x80211000;
const FIREWIRE_HEADER = 18;
const IPSEC_HEADER = 12;
const PPI_HEADER = 8;

/** Flags, virtual path and channel. */
const SUN_ATM_HEADER = 4;

/** Addresses of InfiniBand's global route header, before the type (RFC 4391 6). */
const INFINIBAND_ADDRESSES = 40;

/** Smallest header of a packet tap of Darwin: length, record type, link type, and more. */
const PACKET_TAP_HEADER = 12;
const PACKET_TAP_PACKET = 1;

const NFLOG_HEADER = 4;
const NFLOG_PAYLOAD = 9;
const MAX_NFLOG_FIELDS = 64;

/** Network layer protocol identifiers (ISO/IEC TR 9577; RFC 2427 3). */
const NLPID = { ipv4: 0xcc, ipv6: 0x8e, snap: 0x80 } as const;

/** By LINKTYPE_ number. */
export const OTHER_LINK_LAYERS: ReadonlyMap<number, LinkLayer> = new Map<number, LinkLayer>([
  [6, tokenRingIp],
  [10, (bytes, offset, end) => llcIp(bytes, offset + FDDI_HEADER, end)],
  // ATM by RFC 2684, and Classical IP over it.
  [11, llcOrIp],
  [100, llcOrIp],
  [106, llcOrIp],
  [107, frameRelayIp],
  [109, (bytes, offset, end) => ipAt(bytes, offset + IPSEC_HEADER, end, 0)],
  [117, firewallLogIp],
  [119, prismIp],
  [123, sunAtmIp],
  [138, firewireIp],
  [163, avsIp],
  [192, perPacketInformationIp],
  // PPP behind a byte that tells the direction.
  [204, (bytes, offset, end) => pppIp(bytes, offset + 1, end)],
  [239, netfilterLogIp],
  [242, infinibandIp],
  [258, packetTapIp],
]);

function tokenRingIp(bytes: Uint8Array, offset: number, end: number): number {
  if (end - offset <= TOKEN_RING_HEADER) return -1;
  const routed = (bytes[offset + 8]! & ROUTED) !== 0;
  const route = routed ? bytes[offset + TOKEN_RING_HEADER]! & ROUTE_LENGTH : 0;
  return llcIp(bytes, offset + TOKEN_RING_HEADER + route, end);
}

/** What comes without LLC is IP alone (RFC 2684 6). */
function llcOrIp(bytes: Uint8Array, offset: number, end: number): number {
  const ip = llcIp(bytes, offset, end);
  return ip >= 0 ? ip : ipAt(bytes, offset, end, 0);
}

/** Q.922 addresses end in a byte whose last bit is set; UI and a protocol identifier follow. */
function frameRelayIp(bytes: Uint8Array, offset: number, end: number): number {
  let at = offset;
  while (at - offset < 4 && at < end && (bytes[at]! & 1) === 0) at++;
  at++;
  if (end - at < 3 || bytes[at] !== 3) return -1;
  at++;
  if (bytes[at] === 0) at++;
  switch (bytes[at]) {
    case NLPID.ipv4:
      return ipAt(bytes, at + 1, end, 4);
    case NLPID.ipv6:
      return ipAt(bytes, at + 1, end, 6);
    case NLPID.snap: {
      const organisation = at + 1;
      if (end - organisation < 5 || u16(bytes, organisation) !== 0) return -1;
      return etherTypeIp(bytes, u16(bytes, organisation + 3), organisation + 5, end);
    }
    default:
      return -1;
  }
}

/** pflog of BSDs: the first byte says how long it is, without its padding to four bytes. */
function firewallLogIp(bytes: Uint8Array, offset: number, end: number): number {
  if (offset >= end) return -1;
  return ipAt(bytes, offset + (bytes[offset]! + 3 & ~3), end, 0);
}

/** Drivers that announce Prism's header may write that of AVS. */
function prismIp(bytes: Uint8Array, offset: number, end: number): number {
  if (end - offset < PRISM_HEADER) return avsIp(bytes, offset, end);
  return isAvs(bytes, offset)
    ? avsIp(bytes, offset, end)
    : dot11Ip(bytes, offset + PRISM_HEADER, end, false);
}

function avsIp(bytes: Uint8Array, offset: number, end: number): number {
  if (end - offset < 8 || !isAvs(bytes, offset)) return -1;
  const length = u32(bytes, offset + 4);
  return length > end - offset ? -1 : dot11Ip(bytes, offset + length, end, false);
}

function isAvs(bytes: Uint8Array, offset: number): boolean {
  return (u32(bytes, offset) & 0xfffff000) >>> 0 === AVS_MAGIC;
}

function firewireIp(bytes: Uint8Array, offset: number, end: number): number {
  if (end - offset < FIREWIRE_HEADER) return -1;
  const type = u16(bytes, offset + FIREWIRE_HEADER - 2);
  return etherTypeIp(bytes, type, offset + FIREWIRE_HEADER, end);
}

/** PPI: fields, and the number of another link layer; all little-endian. */
function perPacketInformationIp(bytes: Uint8Array, offset: number, end: number): number {
  if (end - offset < PPI_HEADER) return -1;
  const length = bytes[offset + 2]! | bytes[offset + 3]! << 8;
  if (length < PPI_HEADER || length > end - offset) return -1;
  const at = offset + length;
  switch (bytes[offset + 4]! | bytes[offset + 5]! << 8) {
    case 1:
      return ethernetIp(bytes, at, end);
    case 105:
      return dot11Ip(bytes, at, end, false);
    case 127:
      return radiotapIp(bytes, at, end);
    default:
      return -1;
  }
}

/** ATM as Solaris captures it (SunATM): RFC 2684 behind four bytes. */
function sunAtmIp(bytes: Uint8Array, offset: number, end: number): number {
  return end - offset < SUN_ATM_HEADER ? -1 : llcOrIp(bytes, offset + SUN_ATM_HEADER, end);
}

function infinibandIp(bytes: Uint8Array, offset: number, end: number): number {
  const at = offset + INFINIBAND_ADDRESSES;
  // Behind the type there are two reserved bytes.
  return end - at < 4 ? -1 : etherTypeIp(bytes, u16(bytes, at), at + 4, end);
}

/** What tcpdump writes on Darwin for several interfaces; little-endian. */
function packetTapIp(bytes: Uint8Array, offset: number, end: number): number {
  if (end - offset < PACKET_TAP_HEADER) return -1;
  const word = (at: number) => swapped32(u32(bytes, offset + at));
  const length = word(0);
  if (length < PACKET_TAP_HEADER || length > end - offset || word(4) !== PACKET_TAP_PACKET) {
    return -1;
  }
  const at = offset + length;
  switch (word(8)) {
    case 0:
      // The loopback interface: an address family in the byte order of the host.
      return ipAt(bytes, at + 4, end, 0);
    case 1:
      return ethernetIp(bytes, at, end);
    case 12:
    case 14:
    case 101:
      return ipAt(bytes, at, end, 0);
    case 105:
      return dot11Ip(bytes, at, end, false);
    case 127:
      return radiotapIp(bytes, at, end);
    default:
      return -1;
  }
}

function swapped32(word: number): number {
  return ((word & 0xff) << 24 | (word & 0xff00) << 8 | word >>> 8 & 0xff00 | word >>> 24) >>> 0;
}

/** NFLOG of Linux: fields with a length and a type, which hosts write in their own byte order. */
function netfilterLogIp(bytes: Uint8Array, offset: number, end: number): number {
  let at = offset + NFLOG_HEADER;
  for (let fields = 0; fields < MAX_NFLOG_FIELDS && end - at >= 4; fields++) {
    const swapped = bytes[at + 3] === 0;
    const length = swapped ? bytes[at]! | bytes[at + 1]! << 8 : u16(bytes, at);
    const type = swapped ? bytes[at + 2]! : bytes[at + 3]!;
    if (type === NFLOG_PAYLOAD) return ipAt(bytes, at + 4, end, 0);
    if (length < 4) return -1;
    at += length + 3 & ~3;
  }
  return -1;
}
