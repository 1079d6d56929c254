/** Finds the IP packet that an IP packet carries. */
import { ethernetIp, ipAt, mplsIp } from "./ethernet.ts";
import { greIp } from "./gre.ts";
import { isPlausibleIp } from "./ip_header.ts";
import { u16 } from "./network_order.ts";
import type { Packet } from "./packet_fields.ts";
import { TRANSPORT } from "./transport.ts";
import { udpTunnelIp } from "./udp_tunnels.ts";

/** IP protocols that carry IP (RFC 2003, RFC 4213, RFC 2784, RFC 3378, RFC 4023). */
const CARRIER = { ipv4: 4, ipv6: 41, gre: 47, etherIp: 97, mpls: 137 } as const;

/** Version 3 and a reserved field of zeros (RFC 3378 2). */
const ETHER_IP_HEADER = 2;
const ETHER_IP_VERSION = 0x3000;

/**
 * Offset of the IP header that `packet` carries, or -1 when it carries none or one that is not sound:
 * then `packet` stands for itself. Fragments are not looked into.
 */
export function innerIp(packet: Packet): number {
  if (packet.isFragment) return -1;
  const { bytes, payloadOffset } = packet;
  const end = payloadOffset + packet.payloadLength;
  switch (packet.protocol) {
    case TRANSPORT.udp:
      return udpTunnelIp(packet);
    case CARRIER.ipv4:
      return soundIp(bytes, ipAt(bytes, payloadOffset, end, 4), end);
    case CARRIER.ipv6:
      return soundIp(bytes, ipAt(bytes, payloadOffset, end, 6), end);
    case CARRIER.gre:
      return soundIp(bytes, greIp(bytes, payloadOffset, end), end);
    case CARRIER.etherIp:
      return soundIp(bytes, etherIpIp(bytes, payloadOffset, end), end);
    case CARRIER.mpls:
      return soundIp(bytes, mplsIp(bytes, payloadOffset, end), end);
    default:
      return -1;
  }
}

function etherIpIp(bytes: Uint8Array, offset: number, end: number): number {
  if (end - offset < ETHER_IP_HEADER || u16(bytes, offset) !== ETHER_IP_VERSION) return -1;
  return ethernetIp(bytes, offset + ETHER_IP_HEADER, end);
}

/** Lengths beyond the outer packet are sound: ERSPAN mirrors frames that were cut. */
function soundIp(bytes: Uint8Array, ip: number, end: number): number {
  return ip >= 0 && isPlausibleIp(bytes, ip, end) ? ip : -1;
}
