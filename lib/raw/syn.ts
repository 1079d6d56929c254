/** Writes the SYN of a connection attempt. */
import { foldChecksum, pseudoHeaderSum, sumWords } from "./checksum.ts";
import { PROTOCOL, putU16, putU32, writeIp } from "./ip_packet.ts";

/** Offsets in a TCP header (RFC 9293 3.1). */
export const TCP_OFFSET = { sequence: 4, checksum: 16, options: 20 } as const;

/** Bytes of the SYN's TCP header with its options. */
export const SYN_LENGTH = 40;

const SYN = 0x02;

/** As Linux announces it on Ethernet: 44 segments of 1460 bytes. */
const WINDOW = 64240;

/**
 * Segments that fill an Ethernet frame: as other hosts ask for, so that answers compare with theirs,
 * in which windows are multiples of it.
 */
const MSS = { 4: 1460, 6: 1440 } as const;

const WINDOW_SCALE = 7;

/** The segment size that our SYNs announce. */
export function synMss(addressLength: number): number {
  return addressLength === 4 ? MSS[4] : MSS[6];
}

/** What one SYN differs by from another. */
export interface SynFields {
  /** 4 or 16 bytes, as `destination`. */
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequence: number;
  /** TSval, not 0: some stacks leave their own timestamp out then. */
  readonly timestamp: number;
  /** IPv4 identification, 1 to 65535. */
  readonly id: number;
}

/**
 * An IP packet with a SYN that offers every usual option, in the order of Linux: MSS, SACK permitted,
 * timestamps, no operation, window scale. An answer shows which of them the peer takes up. ECN is not
 * offered: on some routes that alone gets a SYN lost.
 */
export function writeSyn(fields: SynFields): Uint8Array<ArrayBuffer> {
  const { source, destination, sourcePort, destinationPort, sequence, timestamp, id } = fields;
  const segment = new Uint8Array(SYN_LENGTH);
  putU16(segment, 0, sourcePort);
  putU16(segment, 2, destinationPort);
  putU32(segment, TCP_OFFSET.sequence, sequence);
  segment[12] = SYN_LENGTH / 4 << 4;
  segment[13] = SYN;
  putU16(segment, 14, WINDOW);
  // RFC 9293 3.2, RFC 2018 section 2, RFC 7323 2.2 and 3.2: kind, length, value.
  segment.set([2, 4, 0, 0, 4, 2, 8, 10], TCP_OFFSET.options);
  putU16(segment, TCP_OFFSET.options + 2, synMss(source.length));
  putU32(segment, TCP_OFFSET.options + 8, timestamp);
  segment.set([1, 3, 3, WINDOW_SCALE], TCP_OFFSET.options + 16);
  const pseudo = pseudoHeaderSum(source, destination, PROTOCOL.tcp, SYN_LENGTH);
  const sum = sumWords(segment, 0, SYN_LENGTH, pseudo);
  putU16(segment, TCP_OFFSET.checksum, foldChecksum(sum));
  return writeIp({ source, destination, protocol: PROTOCOL.tcp, id }, segment);
}
