/**
 * Where the numbers of a flow stand. All flows are in one array of 32-bit words, so that a flow is a few
 * neighbouring cache lines, costs no garbage and is no work for the collector: packets come by the
 * million, and most flows of a scan are of a single one. The places count from the start of a flow's
 * record; those of doubles are even and are divided by two for the view of doubles.
 */

/** Addresses of four words each, an IPv4 address in the last one. Endpoint A is the lower of the two. */
export const A_ADDRESS = 0;
export const B_ADDRESS = 4;
/** Port of A in the upper 16 bits, that of B in the lower. */
export const PORTS = 8;
/** Protocol and, above it, version of IP. */
export const KIND = 9;

/** The table's own: hash of the endpoints, next record of the same bucket, neighbours by last packet. */
export const HASH = 10;
export const CHAIN = 11;
export const OLDER = 12;
export const NEWER = 13;

/** Time of the last packet: a double, in microseconds, as all times are. What follows starts as 0. */
export const LAST = 14;

/** Time of the first packet; bytes of payload of both sides: doubles. */
export const FIRST = 16;
export const PAYLOAD = 18;
export const PACKETS = 20;
/** Shortest and longest time between two packets, microseconds. */
export const SHORTEST_PAUSE = 21;
export const LONGEST_PAUSE = 22;
/** Segments of the opener that brought nothing new. */
export const RETRANSMITS = 23;
/** Bits of {@linkcode FLAG}. */
export const FLAGS = 24;
/** MSS that the SYN asked for; 0 when not known. */
export const SYN_MSS = 25;

/** What each side of a TCP connection has shown: see tcp_side.ts. */
export const OPENER_SIDE = 26;
export const RESPONDER_SIDE = 32;
export const SIDE_WORDS = 6;

/** Times of SYN, of SYN-ACK and of the ACK to it, doubles; known where FLAG says so. */
export const SYN_TIME = 38;
export const SYN_ACK_TIME = 40;
export const ACK_TIME = 42;

/** A SYN that may open another connection between the same ends, six words: see other_syn.ts. */
export const OTHER_SYN = 44;

/** SYN-ACKs that were sent again, six words: see syn_ack_history.ts. */
export const SYN_ACKS = 50;

/** Words of a record: four cache lines. */
export const RECORD_WORDS = 64;

/** Bits of {@linkcode FLAGS}. */
export const FLAG = {
  /** B opened the conversation, or is taken for who did. */
  openerIsB: 1,
  /** The opener was found to be the other side only when a conversation was under way. */
  turned: 2,
  /** Both sides have said goodbye, or one has reset: a SYN begins another connection. */
  closed: 4,
  /** Somebody reads the payload. */
  read: 8,
  /** Nothing is wanted of the payload. */
  unwanted: 16,
  /** The times of SYN, SYN-ACK and ACK were seen. */
  synTimed: 32,
  synAckTimed: 64,
  ackTimed: 128,
} as const;
