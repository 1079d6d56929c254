/** Writes UDP datagrams (RFC 768). */
import { foldChecksum, pseudoHeaderSum, sumWords } from "./checksum.ts";
import { PROTOCOL, putU16 } from "./ip_packet.ts";

/** Bytes of a UDP header. */
export const UDP_HEADER_LENGTH = 8;

/** Who sends to whom. */
export interface UdpFields {
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  readonly sourcePort: number;
  readonly destinationPort: number;
}

/** A datagram with `length` bytes of payload, all of them `fill`; without the IP header. */
export function writeUdp(
  { source, destination, sourcePort, destinationPort }: UdpFields,
  length: number,
  fill: number,
): Uint8Array<ArrayBuffer> {
  const datagram = new Uint8Array(UDP_HEADER_LENGTH + length).fill(fill, UDP_HEADER_LENGTH);
  putU16(datagram, 0, sourcePort);
  putU16(datagram, 2, destinationPort);
  putU16(datagram, 4, datagram.length);
  const pseudo = pseudoHeaderSum(source, destination, PROTOCOL.udp, datagram.length);
  // 0 would mean that there is no checksum.
  putU16(datagram, 6, foldChecksum(sumWords(datagram, 0, datagram.length, pseudo)) || 0xffff);
  return datagram;
}
