/** A conversation between two transport endpoints. */
import { formatAddress } from "../net/address.ts";
import type { Packet } from "../net/packet.ts";
import { communityId } from "../net/community_id.ts";
import { TRANSPORT } from "../net/transport.ts";

/** Which endpoint opened a conversation. */
export const OPENER = { unknown: 0, a: 1, b: 2 } as const;

/**
 * A flow and its counters. Endpoint A is the one with the lower address and port, so that both
 * directions find the same flow. One object per conversation, changed by each packet: the fields are
 * plain numbers, because packets come by the million.
 */
export class Flow {
  family = 0;
  protocol = 0;
  /** Addresses as 32-bit words; an IPv4 address is in the last one. */
  a0 = 0;
  a1 = 0;
  a2 = 0;
  a3 = 0;
  b0 = 0;
  b1 = 0;
  b2 = 0;
  b3 = 0;
  aPort = 0;
  bPort = 0;

  /** Next flow with the same hash. */
  chain: Flow | undefined = undefined;
  /** Neighbours in order of the last packet. */
  older: Flow | undefined = undefined;
  newer: Flow | undefined = undefined;
  hash = 0;

  opener: number = OPENER.unknown;
  /** The opener was found to be the other side only when a conversation was under way. */
  turned = false;
  /** Both sides have said goodbye, or one has reset: what comes now changes nothing. */
  closed = false;
  /** FIN seen from the opener (1) and from the responder (2). */
  fins = 0;

  firstMicros = 0;
  lastMicros = 0;
  packets = 0;
  payloadBytes = 0;
  minGap = Infinity;
  maxGap = 0;
  retransmits = 0;
  /** Sequence number behind the last byte of the opener. */
  openerEnd = 0;
  openerSpoke = false;

  /** Initial sequence number of the opener's SYN, and when SYN, SYN-ACK and its ACK passed by. */
  openerIsn = 0;
  /** That of the responder's SYN-ACK. */
  responderIsn = 0;
  synMicros = 0;
  synAckMicros = 0;
  ackMicros = 0;
  openerTtl = 0;
  responderTtl = 0;

  /** Acknowledgements without payload from before either side said anything. */
  openerAcks = 0;
  responderAcks = 0;

  /** What the payload is about; undefined while nothing was said, null when nothing more is wanted. */
  conversation: Conversation | null | undefined = undefined;

  #endpoints: Endpoints | undefined;

  /** Turns the ends around: it was the responder that opened. */
  turn(): void {
    this.opener = this.opener === OPENER.a ? OPENER.b : OPENER.a;
    this.turned = !this.turned;
  }

  /** The ends as events name them: who opened first, or A where that is not known. */
  get endpoints(): Endpoints {
    const fromA = this.opener !== OPENER.b;
    if (this.#endpoints !== undefined && this.#endpointsFromA === fromA) return this.#endpoints;
    const a = addressOf(this.family, this.a0, this.a1, this.a2, this.a3);
    const b = addressOf(this.family, this.b0, this.b1, this.b2, this.b3);
    this.#endpointsFromA = fromA;
    return this.#endpoints = {
      source: formatAddress(fromA ? a : b),
      sourcePort: fromA ? this.aPort : this.bPort,
      destination: formatAddress(fromA ? b : a),
      destinationPort: fromA ? this.bPort : this.aPort,
      transport: this.protocol === TRANSPORT.udp ? "udp" : "tcp",
      communityId: communityId(this.protocol, a, this.aPort, b, this.bPort),
    };
  }

  #endpointsFromA = true;

  /** Puts what tells the two hosts apart into `words`: protocol and family, who opened, the other. */
  putHosts(words: Int32Array): void {
    const fromA = this.opener !== OPENER.b;
    words[0] = this.protocol << 8 | this.family;
    const a = fromA ? 1 : 5;
    words[a] = this.a0;
    words[a + 1] = this.a1;
    words[a + 2] = this.a2;
    words[a + 3] = this.a3;
    const b = fromA ? 5 : 1;
    words[b] = this.b0;
    words[b + 1] = this.b1;
    words[b + 2] = this.b2;
    words[b + 3] = this.b3;
  }
}

/** Numbers of {@linkcode Flow.putHosts}. */
export const HOST_WORDS = 9;

/** The two ends of a conversation, as they are named in events. */
export interface Endpoints {
  /** Who opened it. */
  readonly source: string;
  /** Undefined where it is about several ports. */
  readonly sourcePort: number | undefined;
  readonly destination: string;
  readonly destinationPort: number | undefined;
  readonly transport: "tcp" | "udp";
  readonly communityId: string | undefined;
}

/** Takes the payload of a flow, in the order in which it was sent. */
export interface Conversation {
  /** A packet with payload. */
  segment(fromOpener: boolean, packet: Packet): void;
  /** A packet without payload that acknowledges. */
  acknowledgement(fromOpener: boolean): void;
  /** The flow ends; say what was left unsaid. */
  end(): void;
}

/** The 4 or 16 bytes of an address in words. */
export function addressOf(family: number, w0: number, w1: number, w2: number, w3: number) {
  if (family === 4) return Uint8Array.of(w3 >>> 24, w3 >>> 16, w3 >>> 8, w3);
  const bytes = new Uint8Array(16);
  [w0, w1, w2, w3].forEach((word, index) => {
    bytes[4 * index] = word >>> 24;
    bytes[4 * index + 1] = word >>> 16;
    bytes[4 * index + 2] = word >>> 8;
    bytes[4 * index + 3] = word;
  });
  return bytes;
}
