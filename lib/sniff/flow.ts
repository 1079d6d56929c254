/** A conversation between two transport endpoints, as those see it who make events of it. */
import { formatAddress } from "../net/address.ts";
import { communityId } from "../net/community_id.ts";
import type { Packet } from "../net/packet.ts";
import { TRANSPORT } from "../net/transport.ts";
import {
  A_ADDRESS,
  ACK_TIME,
  B_ADDRESS,
  FLAG,
  FLAGS,
  KIND,
  LAST,
  OPENER_SIDE,
  PORTS,
  RESPONDER_SIDE,
  SYN_ACK_TIME,
  SYN_MSS,
  SYN_TIME,
} from "./flow_record.ts";
import type { FlowTable } from "./flow_table.ts";
import { startTtl, swapSides } from "./tcp_side.ts";

/** Words of the addresses of both ends. */
const ADDRESS_WORDS = 8;

/** Who sent a packet of which the flow's record knows nothing, and when. */
interface Apart {
  readonly fromA: boolean;
  readonly micros: number;
}

/**
 * A view of the record of a flow, and what is kept of it besides numbers. It is good until the flow
 * leaves its table: then the record is another flow's.
 */
export class Flow {
  /** Who reads the payload. */
  conversation: Conversation | undefined;
  /** Who reads what is so far from the rest in sequence that it may be of another connection. */
  stray: Conversation | undefined;
  /** Memory that the conversations are counted with, and their neighbours: see conversations.ts. */
  counted = 0;
  readMicros = 0;
  lessRecent: Flow | undefined;
  moreRecent: Flow | undefined;
  /** Place of the record in the words of the table. */
  record: number;
  readonly #table: FlowTable;
  readonly #apart: Apart | undefined;
  #endpoints: Endpoints | undefined;
  #endpointsFromA = true;

  /** @param apart of a packet that is none of the flow's, though it has its endpoints */
  constructor(table: FlowTable, record: number, apart?: Apart) {
    this.#table = table;
    this.record = record;
    this.#apart = apart;
  }

  /** Makes it the view of another record. */
  moveTo(record: number): this {
    this.record = record;
    this.#endpoints = undefined;
    return this;
  }

  /** Time of the last packet, in microseconds. */
  get lastMicros(): number {
    return this.#apart?.micros ?? this.#table.doubles[this.record + LAST >> 1]!;
  }

  /** The times of the handshake were all seen, and in their order, so that they can be compared. */
  get timed(): boolean {
    const all = FLAG.synTimed | FLAG.synAckTimed | FLAG.ackTimed;
    return (this.#flags & all) === all && this.synMicros <= this.synAckMicros &&
      this.synAckMicros <= this.ackMicros;
  }

  /** The SYN was seen: it is known who opened. */
  get opened(): boolean {
    return (this.#flags & FLAG.synTimed) !== 0;
  }

  /** SYN or SYN-ACK were seen: who opened is not guessed. */
  get openerKnown(): boolean {
    return (this.#flags & (FLAG.synTimed | FLAG.synAckTimed)) !== 0;
  }

  /** Times of the handshake in microseconds; 0 when not seen. */
  get synMicros(): number {
    return this.#table.doubles[this.record + SYN_TIME >> 1]!;
  }

  get synAckMicros(): number {
    return this.#table.doubles[this.record + SYN_ACK_TIME >> 1]!;
  }

  get ackMicros(): number {
    return this.#table.doubles[this.record + ACK_TIME >> 1]!;
  }

  /** TTL of SYN and SYN-ACK; 0 when not seen. */
  get openerTtl(): number {
    return startTtl(this.#table.words, this.record + OPENER_SIDE);
  }

  get responderTtl(): number {
    return startTtl(this.#table.words, this.record + RESPONDER_SIDE);
  }

  /** MSS that the SYN asked for; 0 when not known. */
  get synMss(): number {
    return this.#table.words[this.record + SYN_MSS]!;
  }

  /** The opener was found to be the other side only when a conversation was under way. */
  get turned(): boolean {
    return (this.#flags & FLAG.turned) !== 0;
  }

  /** Turns the ends around: it was the responder that opened. */
  turn(): void {
    const { words } = this.#table;
    words[this.record + FLAGS]! ^= FLAG.openerIsB | FLAG.turned;
    swapSides(words, this.record + OPENER_SIDE, this.record + RESPONDER_SIDE);
  }

  /** Port of who was asked. */
  get destinationPort(): number {
    const ports = this.#table.words[this.record + PORTS]!;
    return this.#openedByA ? ports & 0xffff : ports >>> 16;
  }

  /** The ends as events name them: who opened first. */
  get endpoints(): Endpoints {
    const fromA = this.#openedByA;
    if (this.#endpoints !== undefined && this.#endpointsFromA === fromA) return this.#endpoints;
    const { words } = this.#table;
    const { record } = this;
    const kind = words[record + KIND]!;
    const isV4 = kind >> 8 === 4;
    const a = addressOf(isV4 ? A4 : A6, words, record + A_ADDRESS);
    const b = addressOf(isV4 ? B4 : B6, words, record + B_ADDRESS);
    const aPort = words[record + PORTS]! >>> 16;
    const bPort = words[record + PORTS]! & 0xffff;
    const protocol = kind & 0xff;
    this.#endpointsFromA = fromA;
    return this.#endpoints = {
      source: addressText(fromA ? a : b),
      sourcePort: fromA ? aPort : bPort,
      destination: addressText(fromA ? b : a),
      destinationPort: fromA ? bPort : aPort,
      transport: protocol === TRANSPORT.udp ? "udp" : "tcp",
      communityId: communityId(protocol, a, aPort, b, bPort),
    };
  }

  /** Puts what tells the two hosts apart into `hosts`: protocol and family, who opened, the other. */
  putHosts(hosts: Int32Array): void {
    const { words } = this.#table;
    const { record } = this;
    const byA = this.#openedByA;
    const first = byA ? A_ADDRESS : B_ADDRESS;
    const second = byA ? B_ADDRESS : A_ADDRESS;
    hosts[0] = words[record + KIND]!;
    for (let index = 0; index < ADDRESS_WORDS / 2; index++) {
      hosts[1 + index] = words[record + first + index]!;
      hosts[1 + ADDRESS_WORDS / 2 + index] = words[record + second + index]!;
    }
  }

  get #flags(): number {
    return this.#table.words[this.record + FLAGS]!;
  }

  get #openedByA(): boolean {
    return this.#apart?.fromA ?? (this.#flags & FLAG.openerIsB) === 0;
  }
}

/** Numbers of {@linkcode Flow.putHosts}. */
export const HOST_WORDS = 1 + ADDRESS_WORDS;

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
  /** Bytes of memory that it holds besides its objects. */
  readonly held: number;
  /** A packet with payload. @returns false when it was passed over, so that {@linkcode held} is as before */
  segment(fromOpener: boolean, packet: Packet): boolean;
  /** The flow ends; say what was left unsaid. */
  end(): void;
}

/** The addresses at hand, of 4 and of 16 bytes: they are put into words at once. */
const A4 = new Uint8Array(4);
const B4 = new Uint8Array(4);
const A6 = new Uint8Array(16);
const B6 = new Uint8Array(16);

/** Puts the last words of the address at `at` into `bytes`: for an IPv4 address one of the four. */
function addressOf(bytes: Uint8Array, words: Int32Array, at: number): Uint8Array {
  const first = at + 4 - (bytes.length >> 2);
  for (let index = 0; index < bytes.length; index++) {
    bytes[index] = words[first + (index >> 2)]! >>> (24 - 8 * (index & 3));
  }
  return bytes;
}

/** IPv4 addresses whose text is remembered, by their last bits. */
const MAX_TEXTS = 1024;
const textOf = new Array<string>(MAX_TEXTS).fill("");
const wordOf = new Int32Array(MAX_TEXTS);

/** Text of an address: hosts have several connections. */
function addressText(bytes: Uint8Array): string {
  if (bytes.length !== 4) return formatAddress(bytes);
  const word = bytes[0]! << 24 | bytes[1]! << 16 | bytes[2]! << 8 | bytes[3]!;
  const place = (word ^ word >>> 10) & MAX_TEXTS - 1;
  if (wordOf[place] !== word || textOf[place] === "") {
    wordOf[place] = word;
    textOf[place] = formatAddress(bytes);
  }
  return textOf[place]!;
}
