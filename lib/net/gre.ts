/** From GRE (RFC 2784, RFC 2890, RFC 2637) and ERSPAN in it to the IP header: its offset, or -1. */
import { ethernetIp, etherTypeIp, ipAt, pppIp } from "./ethernet.ts";
import { u16 } from "./network_order.ts";

/** Flags and version of a GRE header. */
const FLAG = { checksum: 0x8000, routing: 0x4000, key: 0x2000, sequence: 0x1000, ack: 0x0080 };
const VERSION_MASK = 0x0007;

/** Protocol types beside EtherTypes. */
const TYPE = {
  transparentEthernet: 0x6558,
  /** ERSPAN types I and II. */
  erspan: 0x88be,
  /** ERSPAN type III. */
  erspan3: 0x22eb,
  ppp: 0x880b,
  wccp: 0x883e,
} as const;

/** Up to here a protocol type is no EtherType. */
const MAX_NOT_ETHERTYPE = 1500;

const ERSPAN2_HEADER = 8;
const ERSPAN3_HEADER = 12;
const ERSPAN3_PLATFORM_HEADER = 8;
const WCCP_REDIRECT_HEADER = 4;

/** The IP header in the GRE packet from `offset` to `end`. */
export function greIp(bytes: Uint8Array, offset: number, end: number): number {
  if (end - offset < 4) return -1;
  const flags = u16(bytes, offset);
  const type = u16(bytes, offset + 2);
  const version = flags & VERSION_MASK;
  // Source routes were dropped from GRE by RFC 2784, and nobody sends them.
  if (version > 1 || (flags & FLAG.routing)) return -1;
  let at = offset + 4;
  if (flags & FLAG.checksum) at += 4;
  if (flags & FLAG.key) at += 4;
  if (flags & FLAG.sequence) at += 4;
  if (version === 1 && (flags & FLAG.ack)) at += 4;
  if (at >= end) return -1;
  switch (type) {
    case TYPE.transparentEthernet:
      return ethernetIp(bytes, at, end);
    case TYPE.erspan:
      // Type I has no header of its own, and no sequence numbers tell it from type II.
      return flags & FLAG.sequence ? erspanIp(bytes, at, end) : ethernetIp(bytes, at, end);
    case TYPE.erspan3:
      return erspanIp(bytes, at, end);
    case TYPE.ppp:
      return pppIp(bytes, at, end);
    case TYPE.wccp:
      // Version 2 puts a redirect header before the packet, version 1 does not.
      return ipAt(bytes, bytes[at]! >> 4 === 4 ? at : at + WCCP_REDIRECT_HEADER, end, 4);
    default:
      return type > MAX_NOT_ETHERTYPE ? etherTypeIp(bytes, type, at, end) : -1;
  }
}

/** ERSPAN types II and III (draft-foschiano-erspan), which their version field tells apart. */
function erspanIp(bytes: Uint8Array, offset: number, end: number): number {
  if (end - offset < ERSPAN3_HEADER) return -1;
  const version = bytes[offset]! >> 4;
  if (version === 1) return ethernetIp(bytes, offset + ERSPAN2_HEADER, end);
  if (version !== 2) return -1;
  const word = u16(bytes, offset + 10);
  const frameType = word >> 10 & 0x1f;
  const hasPlatformHeader = (word & 1) !== 0;
  const frame = offset + ERSPAN3_HEADER + (hasPlatformHeader ? ERSPAN3_PLATFORM_HEADER : 0);
  if (frameType === 0) return ethernetIp(bytes, frame, end);
  return frameType === 2 ? ipAt(bytes, frame, end, 0) : -1;
}
