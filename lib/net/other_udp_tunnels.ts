/**
 * Tunnels over UDP of dial-in networks, access points, routing overlays and remote monitoring: each function
 * gives the offset of the IP header in a datagram, or -1.
 */
import { dot11Ip } from "./dot11.ts";
import { ethernetIp, ipAt, pppIp } from "./ethernet.ts";
import { u16 } from "./network_order.ts";
import type { Packet } from "./packet_fields.ts";

/** Flags and version of L2TP (RFC 2661 3.1). */
const L2TP = { control: 0x8000, length: 0x4000, sequence: 0x0800, offset: 0x0200 } as const;
const L2TP_VERSION_MASK = 0x000f;
const L2TP_FLAGS = 2;
const L2TP_IDS = 4;

/** LISP data header (RFC 9300 5.1). */
const LISP_HEADER = 8;

/** Preamble of CAPWAP without DTLS (RFC 5415 4.1), and bits of the header behind it (4.3). */
const CAPWAP_CLEAR = 0x00;
const CAPWAP_HEADER = 8;
const CAPWAP_NATIVE = 0x01;
const CAPWAP_FRAGMENT = 0x80;

/** Tagged fields of TZSP: padding and end have no length. */
const TZSP_HEADER = 4;
const TZSP_ETHERNET = 1;
const TZSP_PADDING = 0;
const TZSP_END = 1;
const MAX_TZSP_FIELDS = 32;

/**
 * AYIYA (draft-massar-v6ops-ayiya-02 4): lengths of identity and signature, methods, what to do, what follows,
 * a time; then identity, signature and the packet.
 */
const AYIYA_HEADER = 8;
const AYIYA_FORWARD = 1;
const AYIYA_IPV4 = 4;
const AYIYA_IPV6 = 41;

/** What brokers of IPv6 tunnels spoke, through the translators of home networks. */
export function ayiyaIp({ bytes, payloadOffset, payloadLength }: Packet): number {
  const end = payloadOffset + payloadLength;
  if (payloadLength < AYIYA_HEADER || (bytes[payloadOffset + 2]! & 0x0f) !== AYIYA_FORWARD) {
    return -1;
  }
  const identity = 2 ** (bytes[payloadOffset]! >> 4);
  const signature = 4 * (bytes[payloadOffset + 1]! >> 4);
  const at = payloadOffset + AYIYA_HEADER + identity + signature;
  switch (bytes[payloadOffset + 3]) {
    case AYIYA_IPV4:
      return ipAt(bytes, at, end, 4);
    case AYIYA_IPV6:
      return ipAt(bytes, at, end, 6);
    default:
      return -1;
  }
}

/** Version 2 of L2TP carries PPP. */
export function l2tpIp({ bytes, payloadOffset, payloadLength }: Packet): number {
  const end = payloadOffset + payloadLength;
  if (payloadLength < L2TP_FLAGS + L2TP_IDS) return -1;
  const flags = u16(bytes, payloadOffset);
  if ((flags & L2TP.control) !== 0 || (flags & L2TP_VERSION_MASK) !== 2) return -1;
  let at = payloadOffset + L2TP_FLAGS;
  if (flags & L2TP.length) at += 2;
  at += L2TP_IDS;
  if (flags & L2TP.sequence) at += 4;
  if (flags & L2TP.offset) {
    if (end - at < 2) return -1;
    at += 2 + u16(bytes, at);
  }
  return pppIp(bytes, at, end);
}

export function lispIp({ bytes, payloadOffset, payloadLength }: Packet): number {
  return ipAt(bytes, payloadOffset + LISP_HEADER, payloadOffset + payloadLength, 0);
}

/** What access points send to their controller: 802.11 frames, or Ethernet. */
export function capwapIp({ bytes, payloadOffset, payloadLength }: Packet): number {
  const end = payloadOffset + payloadLength;
  if (payloadLength < CAPWAP_HEADER || bytes[payloadOffset] !== CAPWAP_CLEAR) return -1;
  // Length in four bytes (5 bits), radio (5), binding (5), and T: the frame is in its native form.
  const length = (bytes[payloadOffset + 1]! >> 3) * 4;
  if (length < CAPWAP_HEADER || (bytes[payloadOffset + 3]! & CAPWAP_FRAGMENT) !== 0) return -1;
  const frame = payloadOffset + length;
  return (bytes[payloadOffset + 2]! & CAPWAP_NATIVE) !== 0
    ? dot11Ip(bytes, frame, end, false)
    : ethernetIp(bytes, frame, end);
}

/** TaZmen Sniffer Protocol, as wireless monitors and MikroTik's routers send it. */
export function tzspIp({ bytes, payloadOffset, payloadLength }: Packet): number {
  const end = payloadOffset + payloadLength;
  if (payloadLength < TZSP_HEADER || bytes[payloadOffset] !== 1) return -1;
  if (u16(bytes, payloadOffset + 2) !== TZSP_ETHERNET) return -1;
  let at = payloadOffset + TZSP_HEADER;
  for (let fields = 0; fields < MAX_TZSP_FIELDS && at < end; fields++) {
    const tag = bytes[at]!;
    if (tag === TZSP_END) return ethernetIp(bytes, at + 1, end);
    at += tag === TZSP_PADDING ? 1 : 2 + (bytes[at + 1] ?? 0);
  }
  return -1;
}
