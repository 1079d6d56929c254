/** Writes ICMP (RFC 792) and ICMPv6 (RFC 4443 4.1) echo requests. */
import { foldChecksum, pseudoHeaderSum, sumWords } from "./checksum.ts";
import { PROTOCOL, putU16, writeIp } from "./ip_packet.ts";

/** Types of echo messages, which RFC 792 and RFC 4443 define. */
export const ECHO_TYPE = { request: 8, request6: 128, reply6: 129 } as const;

/** As ping sends by default. */
const PAYLOAD_LENGTH = 56;

/** Whom to ask, and by what to know the answer. */
export interface EchoFields {
  /** 4 or 16 bytes, as `destination`. */
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  readonly id: number;
  readonly sequence: number;
}

/** An IP packet with an echo request. */
export function writeEcho(
  { source, destination, id, sequence }: EchoFields,
): Uint8Array<ArrayBuffer> {
  const isV4 = source.length === 4;
  const protocol = isV4 ? PROTOCOL.icmp : PROTOCOL.icmpv6;
  const message = new Uint8Array(8 + PAYLOAD_LENGTH);
  message[0] = isV4 ? ECHO_TYPE.request : ECHO_TYPE.request6;
  putU16(message, 4, id);
  putU16(message, 6, sequence);
  // ICMP for IPv4 has no pseudo-header.
  const start = isV4 ? 0 : pseudoHeaderSum(source, destination, protocol, message.length);
  putU16(message, 2, foldChecksum(sumWords(message, 0, message.length, start)));
  return writeIp({ source, destination, protocol }, message);
}
