/** Asks a port for SYN-ACKs, and sorts what comes back. */
import { LINK_TYPE } from "../net/link_layer.ts";
import { decodePacket, Packet } from "../net/packet.ts";
import { readIcmpError } from "../raw/icmp_error.ts";
import { PROTOCOL } from "../raw/ip_packet.ts";
import { writeSyn } from "../raw/syn.ts";
import type { Miss } from "./probe.ts";
import { icmpText, senderOf } from "./raw_icmp_text.ts";
import type { RawRoute } from "./raw_network.ts";
import type { RawProbeContext } from "./raw_probe.ts";
import { inTime, randomUpTo, RawSession } from "./raw_session.ts";

const SYN_ACK = 0x12;
const RST_ACK = 0x14;
/** SYN, RST and ACK: the others may accompany them. */
const DECIDING_FLAGS = 0x16;

/** When an unanswered SYN is sent again: after 1, 2, 4 seconds and so on (RFC 6298 2.1 and 5.5). */
const FIRST_RETRY_MS = 1000;

/** Times that a SYN is sent to a port that has answered before: one may get lost. */
const LATER_TRIES = 2;

/** A SYN-ACK that answers one SYN. */
export interface SynAckSample {
  /** A copy that stays. */
  readonly packet: Packet;
  /** From the SYN to the SYN-ACK; undefined where the SYN was sent more than once. */
  readonly roundTripMicros: number | undefined;
}

/** What a port answered to several SYNs, each from another port of ours. */
export interface SynAckSamples {
  /** One at least. */
  readonly samples: readonly SynAckSample[];
  /** SYN-ACKs that were sent again. */
  readonly repeats: number;
}

/** How many SYN-ACKs, and how far apart. */
export interface SamplingOptions {
  readonly samples: number;
  /** Least time between two SYNs in milliseconds. */
  readonly gapMs: number;
}

/** Takes samples of a port: fewer than asked for when it stops answering, a miss if it never does. */
export async function sampleSynAcks(
  context: RawProbeContext,
  { samples, gapMs }: SamplingOptions,
): Promise<SynAckSamples | Miss> {
  const route = context.network.route(context.target.address);
  const knocks = new Knocks(context, route);
  using session = new RawSession(context, route.destination, (packet) => knocks.hear(packet));
  const first = await knocks.knock(session, Infinity);
  if (first.answer === undefined) return first.miss ?? { outcome: "timeout", detail: "silence" };
  const taken = [first.answer];
  while (taken.length < samples && !session.over) {
    await session.pause(gapMs);
    const next = await knocks.knock(session, LATER_TRIES);
    if (next.answer === undefined) break;
    taken.push(next.answer);
  }
  return { samples: taken, repeats: knocks.repeats };
}

/** A SYN on its way, and what became of it. */
interface Knock {
  readonly sourcePort: number;
  readonly sequence: number;
  /** When it was sent, each time. */
  readonly sent: number[];
  answer: SynAckSample | undefined;
  miss: Miss | undefined;
}

class Knocks {
  repeats = 0;
  readonly #context: RawProbeContext;
  readonly #route: RawRoute;
  readonly #knocks: Knock[] = [];
  readonly #firstPort = randomUpTo(0xffff);

  constructor(context: RawProbeContext, route: RawRoute) {
    this.#context = context;
    this.#route = route;
  }

  /** Sends a SYN, again and again if need be, until there is an answer or no time left. */
  async knock(session: RawSession, tries: number): Promise<Knock> {
    const knock = this.#next();
    let wait = FIRST_RETRY_MS;
    for (let triesLeft = tries; triesLeft > 0; triesLeft--, wait *= 2) {
      const sending = session.send(this.#syn(knock), this.#route);
      if (!await inTime(sending.then((at) => knock.sent.push(at)))) break;
      if (await session.until(() => isSettled(knock), wait) || session.over) break;
    }
    return knock;
  }

  /** Takes in a packet that comes from the host, or is an error about one to it. */
  hear(packet: Packet): void {
    if (packet.protocol === PROTOCOL.tcp) this.#hearSegment(packet);
    else this.#hearError(packet);
  }

  #hearSegment(packet: Packet): void {
    if (packet.sourcePort !== this.#context.port || packet.tcpHeaderLength === 0) return;
    const knock = this.#knocks.find(({ sourcePort }) => sourcePort === packet.destinationPort);
    // Only what acknowledges the SYN is an answer to it (RFC 9293 3.10.7.3).
    if (knock === undefined || packet.acknowledgement !== (knock.sequence + 1) >>> 0) return;
    switch (packet.tcpFlags & DECIDING_FLAGS) {
      case SYN_ACK:
        if (knock.answer !== undefined) this.repeats++;
        else {
          const [sent, ...again] = knock.sent;
          const timed = sent !== undefined && again.length === 0;
          const roundTripMicros = timed ? Math.max(0, packet.micros - sent) : undefined;
          knock.answer = { packet: copyOf(packet), roundTripMicros };
        }
        break;
      case RST_ACK:
        knock.miss ??= { outcome: "refused", detail: "reset" };
    }
  }

  #hearError(packet: Packet): void {
    const error = readIcmpError(packet);
    if (error?.protocol !== PROTOCOL.tcp || error.destinationPort !== this.#context.port) return;
    const knock = this.#knocks.find(({ sourcePort }) => sourcePort === error.sourcePort);
    if (knock === undefined || (error.sequence ?? knock.sequence) !== knock.sequence) return;
    const detail = `ICMP ${icmpText(error, packet.ipVersion)} from ${senderOf(packet)}`;
    knock.miss ??= { outcome: "unreachable", detail };
  }

  #next(): Knock {
    const { ports } = this.#context.network;
    const knock: Knock = {
      sourcePort: ports[(this.#firstPort + this.#knocks.length) % ports.length]!,
      sequence: crypto.getRandomValues(new Uint32Array(1))[0]!,
      sent: [],
      answer: undefined,
      miss: undefined,
    };
    this.#knocks.push(knock);
    return knock;
  }

  #syn({ sourcePort, sequence }: Knock): Uint8Array<ArrayBuffer> {
    const { source, destination } = this.#route;
    return writeSyn({
      source,
      destination,
      sourcePort,
      destinationPort: this.#context.port,
      sequence,
      // Milliseconds, which only grow: some old stacks drop a host's SYN that seems to be late.
      timestamp: Math.floor(this.#context.network.now() / 1000) % 0xffffffff + 1,
      id: randomUpTo(0xffff),
    });
  }
}

function isSettled({ answer, miss }: Knock): boolean {
  return answer !== undefined || miss !== undefined;
}

/** A packet whose bytes are its own. */
function copyOf(packet: Packet): Packet {
  const length = packet.payloadOffset + packet.payloadLength - packet.ipOffset;
  const bytes = packet.bytes.slice(packet.ipOffset, packet.ipOffset + length);
  const copy = new Packet();
  const wire = length + packet.payloadMissing;
  decodePacket(copy, bytes, 0, length, wire, packet.micros, LINK_TYPE.raw);
  return copy;
}
