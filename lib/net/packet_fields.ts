/** What a decoded packet says. */

/** A double above 2^31, so that V8 makes the field one from the start. */
const UINT32_FIELD = 0xffffffff;

const NO_BYTES = new Uint8Array(0);

/**
 * A decoded packet. One object is used for all packets: {@linkcode decodePacket} fills it anew. All
 * offsets count from the start of {@linkcode Packet.bytes} and lie inside what was captured. In a
 * tunnel everything is about the innermost IP packet.
 */
export class Packet {
  /** The buffer that holds the packet, valid until the next one. */
  bytes: Uint8Array = NO_BYTES;
  /** Microseconds since the epoch. */
  micros = 0;
  /** Bytes of the frame that were captured, and its length on the wire. */
  captured = 0;
  wire = 0;

  /** 4 or 6; 0 when there is no IP packet: no other field means anything then. */
  ipVersion = 0;
  ipOffset = 0;
  /** Up to the transport header: with the extension headers of IPv6. */
  ipHeaderLength = 0;
  /** Bytes of IPv4 options, or of IPv6 extension headers. */
  ipOptionLength = 0;
  sourceOffset = 0;
  destinationOffset = 0;
  /** 4 or 16. */
  addressLength = 0;
  /** TTL or hop limit. */
  ttl = 0;
  /** TOS byte or traffic class: DSCP and ECN. */
  trafficClass = 0;
  /** IPv4 identification; -1 for IPv6. */
  ipId = 0;
  dontFragment = false;
  /** IPv4's third flag, which must be zero. */
  reservedBit = false;
  /** IPv6 flow label; 0 for IPv4. */
  flowLabel = 0;
  /** Transport protocol: what follows the extension headers. */
  protocol = 0;

  /** A part of a datagram. Only the first has ports; none leads into a tunnel. */
  isFragment = false;
  moreFragments = false;
  /** Bytes of the datagram before this fragment. */
  fragmentOffset = 0;
  /** Identification of the datagram. */
  fragmentId = 0;
  /** Start of the fragment's data, which end where the payload ends. */
  fragmentDataOffset = 0;

  l4Offset = 0;
  /** Bytes of transport header and payload that were captured and are inside the IP length. */
  l4Length = 0;
  /** Ports of TCP, UDP and SCTP; type and code of ICMP; 0 otherwise. */
  sourcePort = 0;
  destinationPort = 0;
  payloadOffset = 0;
  /** Captured bytes of the payload, without Ethernet's padding. */
  payloadLength = 0;
  /** Bytes of the payload that were not captured. */
  payloadMissing = 0;

  sequence: number = UINT32_FIELD;
  acknowledgement: number = UINT32_FIELD;
  /** NS, CWR, ECE, URG, ACK, PSH, RST, SYN, FIN from bit 8 to bit 0. */
  tcpFlags = 0;
  window = 0;
  /**
   * 0 when there is no TCP header, too little of it, or one that contradicts itself: the other TCP
   * fields are 0 then. It may exceed l4Length where the options were not captured whole.
   */
  tcpHeaderLength = 0;
  urgentPointer = 0;

  /** The packet came in a tunnel. */
  encapsulated = false;
}
