/** Finds the IP packet that an IP packet carries. */
import { ipAt } from "./ethernet.ts";
import { greIp } from "./gre.ts";
import { isPlausibleIp } from "./ip_header.ts";
import type { Packet } from "./packet_fields.ts";
import { TRANSPORT } from "./transport.ts";
import { udpTunnelIp } from "./udp_tunnels.ts";

/** IP protocols that carry IP (RFC 2003, RFC 4213, RFC 2784). */
const CARRIER = { ipv4: 4, ipv6: 41, gre: 47 } as const;

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
    default:
      return -1;
  }
}

/** Lengths beyond the outer packet are sound: ERSPAN mirrors frames that were cut. */
function soundIp(bytes: Uint8Array, ip: number, end: number): number {
  return ip >= 0 && isPlausibleIp(bytes, ip, end) ? ip : -1;
}
