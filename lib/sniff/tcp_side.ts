/**
 * What one side of a TCP connection has shown, as far as it takes to tell its packets from those that
 * the other side does not believe: whoever is watched must not end a connection for the watcher alone.
 *
 * A side is a place in {@linkcode FlowTable.words}. Sequence numbers are compared modulo 2^32
 * (RFC 9293 3.4).
 */
import type { Packet } from "../net/packet.ts";
import { SIDE_WORDS } from "./flow_record.ts";

/** TCP flags (RFC 9293 3.1). */
export const TCP_FLAG = { fin: 0x01, syn: 0x02, rst: 0x04, ack: 0x10 } as const;

/** Words of a side: initial sequence number; number behind the last byte sent; what it acknowledged. */
const ISN = 0;
const NEXT = 1;
const ACKNOWLEDGED = 2;
/** Number of its FIN. */
const FIN = 3;
/** Bits of {@linkcode SEEN}, and the TTL of its SYN or SYN-ACK. */
const STATE = 4;
/** Acknowledgements without payload from before either side said anything. */
const EMPTY_ACKS = 5;

const TTL_MASK = 0xff;
const SEEN = {
  packet: 0x100,
  start: 0x200,
  ack: 0x400,
  fin: 0x800,
  /** Bytes before the last ones were not seen, and are not known to have arrived. */
  hole: 0x1000,
} as const;

/**
 * How far a sequence number may jump before it is doubted. Captures lose packets, in bursts of less
 * than this as a rule; who sends beyond the receiver's window to mislead a monitor has no reason to be
 * modest.
 */
const MAX_JUMP = 1 << 20;

/** How far a segment or an acknowledgement may be behind the last byte sent: more than any window in use. */
const MAX_UNACKNOWLEDGED = 1 << 26;

/** How much data may be captured before the SYN that they follow: no more than a first flight. */
const MAX_BEFORE_SYN = 1 << 16;

/** SSH sessions are counted in windows of 200 packets: no need for more. */
const MAX_EMPTY_ACKS = 200;

/** What a segment does to the stream of its side. */
export const PROGRESS = {
  /** The other side will not take it. */
  implausible: 0,
  /** It repeats what was seen. */
  none: 1,
  /** It was sent before, but may not have been seen. */
  filling: 2,
  /** It goes on. */
  some: 3,
} as const;

/** Notes the SYN or SYN-ACK of a side, which may be captured behind what follows it. */
export function noteStart(words: Int32Array, side: number, sequence: number, ttl: number): void {
  const follows = precedes(words, side, sequence);
  words[side + ISN] = sequence;
  words[side + STATE] = words[side + STATE]! & ~TTL_MASK | SEEN.start | SEEN.packet | ttl;
  if (!follows) words[side + NEXT] = sequence + 1;
}

/** True when a side has spoken and a SYN with `sequence` stands shortly before the last byte of that. */
export function precedes(words: Int32Array, side: number, sequence: number): boolean {
  if (!hasSpoken(words, side)) return false;
  const ahead = (words[side + NEXT]! - sequence - 1) | 0;
  return ahead >= 0 && ahead <= MAX_BEFORE_SYN;
}

/** True when the SYN or SYN-ACK of a side was seen. */
export function hasStarted(words: Int32Array, side: number): boolean {
  return (words[side + STATE]! & SEEN.start) !== 0;
}

/** True when a side has sent anything. */
export function hasSpoken(words: Int32Array, side: number): boolean {
  return (words[side + STATE]! & SEEN.packet) !== 0;
}

/** Initial sequence number of a side, as a signed number. */
export function initialSequence(words: Int32Array, side: number): number {
  return words[side + ISN]!;
}

/** TTL of a side's SYN or SYN-ACK; 0 without one. */
export function startTtl(words: Int32Array, side: number): number {
  return words[side + STATE]! & TTL_MASK;
}

/**
 * Takes note of a segment that is no RST; tells what is new about it. A jump ahead is believed once the
 * other side, where it has spoken, acknowledges something thereabouts.
 */
export function advance(words: Int32Array, side: number, other: number, packet: Packet): number {
  const { sequence, tcpFlags } = packet;
  if ((tcpFlags & TCP_FLAG.ack) !== 0) {
    noteAcknowledgement(words, side, other, packet.acknowledgement);
  }
  // A SYN takes a sequence number of its own (RFC 9293 3.4).
  const end = sequence + (tcpFlags & TCP_FLAG.syn) / TCP_FLAG.syn + packet.payloadLength +
      packet.payloadMissing | 0;
  const ahead = hasSpoken(words, side) ? (end - words[side + NEXT]!) | 0 : 1;
  if (ahead > MAX_JUMP && !isNearAcknowledged(words, other, end) || ahead < -MAX_UNACKNOWLEDGED) {
    return PROGRESS.implausible;
  }
  if (ahead > 0) {
    const hole = hasSpoken(words, side) && ((sequence - words[side + NEXT]!) | 0) > 0;
    words[side + NEXT] = end;
    // What comes behind a FIN shows that it was not believed.
    words[side + STATE] = words[side + STATE]! & ~SEEN.fin | SEEN.packet | (hole ? SEEN.hole : 0);
  }
  if (ahead >= 0 && (tcpFlags & TCP_FLAG.fin) !== 0) {
    words[side + FIN] = end;
    words[side + STATE]! |= SEEN.fin;
  }
  if (ahead > 0) return PROGRESS.some;
  return (words[side + STATE]! & SEEN.hole) === 0 ? PROGRESS.none : PROGRESS.filling;
}

function noteAcknowledgement(
  words: Int32Array,
  side: number,
  other: number,
  acknowledgement: number,
): void {
  if (words[other + NEXT] === (acknowledgement | 0)) words[other + STATE]! &= ~SEEN.hole;
  const newer = (words[side + STATE]! & SEEN.ack) === 0 ||
    ((acknowledgement - words[side + ACKNOWLEDGED]!) | 0) > 0;
  if (!newer) return;
  words[side + ACKNOWLEDGED] = acknowledgement;
  words[side + STATE]! |= SEEN.ack;
}

/** True when a SYN-ACK of `receiver` was seen, and what it acknowledged first is a SYN with `sequence`. */
export function hasAnswered(words: Int32Array, receiver: number, sequence: number): boolean {
  if (!hasStarted(words, receiver) || (words[receiver + STATE]! & SEEN.ack) === 0) return false;
  const behind = (words[receiver + ACKNOWLEDGED]! - sequence - 1) | 0;
  return behind >= 0 && behind <= MAX_BEFORE_SYN;
}

function isNearAcknowledged(words: Int32Array, receiver: number, sequence: number): boolean {
  if (!hasSpoken(words, receiver)) return true;
  return (words[receiver + STATE]! & SEEN.ack) !== 0 &&
    Math.abs((sequence - words[receiver + ACKNOWLEDGED]!) | 0) <= MAX_JUMP;
}

/** True when what `receiver` has acknowledged can be an answer to what `sender` sent. */
function hasCredibleAck(words: Int32Array, receiver: number, sender: number): boolean {
  if ((words[receiver + STATE]! & SEEN.ack) === 0 || !hasSpoken(words, sender)) return false;
  const acknowledged = words[receiver + ACKNOWLEDGED]!;
  const ahead = (acknowledged - words[sender + NEXT]!) | 0;
  // Ahead of what was sent: the capture has lost it.
  return ahead <= MAX_JUMP && ahead >= -MAX_UNACKNOWLEDGED &&
    !(hasStarted(words, sender) && ((acknowledged - words[sender + ISN]!) | 0) <= 0);
}

/**
 * True when `receiver` has acknowledged what `sender` sent before `sequence`, so that it is not sent
 * again; undefined when its acknowledgements were not captured or make no sense.
 */
export function isAcknowledged(
  words: Int32Array,
  receiver: number,
  sender: number,
  sequence: number,
): boolean | undefined {
  if (!hasCredibleAck(words, receiver, sender)) return undefined;
  return ((words[receiver + ACKNOWLEDGED]! - sequence) | 0) >= 0;
}

/**
 * True when the other side will believe a RST: it has to have the number that is expected next
 * (RFC 5961 3.2); or, as the answer to a SYN, it must acknowledge that (RFC 9293 3.10.7.3). One that was
 * true and is doubted does no harm, because no packets follow it.
 */
export function isCredibleReset(
  words: Int32Array,
  side: number,
  other: number,
  packet: Packet,
): boolean {
  if (!hasSpoken(words, side)) {
    if (!hasStarted(words, other)) return true;
    return (packet.tcpFlags & TCP_FLAG.ack) !== 0 &&
      ((packet.acknowledgement - words[other + ISN]!) | 0) > 0 &&
      ((packet.acknowledgement - words[other + NEXT]!) | 0) <= 0;
  }
  const state = words[side + STATE]!;
  const ahead = (packet.sequence - words[side + NEXT]!) | 0;
  if ((state & SEEN.hole) !== 0 && hasCredibleAck(words, other, side)) {
    return words[other + ACKNOWLEDGED] === (packet.sequence | 0);
  }
  return ahead === 0 || ahead === 1 && (state & SEEN.fin) !== 0;
}

/** Turns two sides around. */
export function swapSides(words: Int32Array, side: number, other: number): void {
  for (let word = 0; word < SIDE_WORDS; word++) {
    const kept = words[side + word]!;
    words[side + word] = words[other + word]!;
    words[other + word] = kept;
  }
}

/** True when both sides have sent a FIN. */
export function haveBothEnded(words: Int32Array, side: number, other: number): boolean {
  return (words[side + STATE]! & words[other + STATE]! & SEEN.fin) !== 0;
}

/** What is known of the end of a side's stream, whose FIN was seen. */
export const STREAM_END = {
  /** Bytes before the FIN may still come. */
  open: 0,
  /** All was seen. */
  sent: 1,
  /** The other side has got all of it. */
  acknowledged: 2,
} as const;

/** How far the stream of a side with a FIN has got. */
export function streamEnd(words: Int32Array, side: number, other: number): number {
  const fin = words[side + FIN]!;
  if (
    hasCredibleAck(words, other, side) && ((words[other + ACKNOWLEDGED]! - fin) | 0) > 0
  ) return STREAM_END.acknowledged;
  return (words[side + STATE]! & SEEN.hole) === 0 ? STREAM_END.sent : STREAM_END.open;
}

/** Counts an acknowledgement without payload. */
export function countEmptyAck(words: Int32Array, side: number): void {
  if (words[side + EMPTY_ACKS]! < MAX_EMPTY_ACKS) words[side + EMPTY_ACKS]!++;
}

/** Acknowledgements that were counted. */
export function emptyAcks(words: Int32Array, side: number): number {
  return words[side + EMPTY_ACKS]!;
}
