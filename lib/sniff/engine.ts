/** The sniffer: packets in, events out. */
import type { StackDatabase } from "../fingerprint/p0f/database.ts";
import { FragmentTable } from "../net/ip_fragments.ts";
import { decodePacket, Packet } from "../net/packet.ts";
import type { PacketHandler } from "../net/record_parser.ts";
import { TRANSPORT } from "../net/transport.ts";
import type { EngineView } from "./engine_view.ts";
import { type Flow, OPENER } from "./flow.ts";
import { FlowTable } from "./flow_table.ts";
import { observeConversation } from "./protocols.ts";
import type { Reporter } from "./reporter.ts";
import { SynObserver } from "./syn_observer.ts";
import { TcpConversation } from "./tcp_conversation.ts";
import { reportTiming } from "./timing.ts";
import { DatagramObserver } from "./datagram_observer.ts";

/** TCP flags (RFC 9293 3.1). */
const FIN = 0x01;
const SYN = 0x02;
const RST = 0x04;
const ACK = 0x10;

/** A flow without packets for that long has ended (packet time, microseconds). */
const IDLE_MICROS = 120_000_000;

/** How often idle flows are looked for. */
const SWEEP_MICROS = 10_000_000;

/** Set in {@linkcode Flow.fins} for each side. */
const FIN_OF_OPENER = 1;
const FIN_OF_RESPONDER = 2;

/** What an engine works with. */
export interface EngineOptions {
  readonly reporter: Reporter;
  /** Flows at a time. */
  readonly maxFlows: number;
  readonly ja4plus: boolean;
  /** Signatures that name TCP/IP stacks. */
  readonly stacks: StackDatabase;
}

/** What an engine has seen. */
export interface EngineCounters {
  readonly packets: number;
  readonly bytes: number;
  /** Packets that hold no IP. */
  readonly notIp: number;
  readonly flows: number;
  readonly flowsHighWater: number;
  readonly flowsEvicted: number;
}

/** Takes packets one by one. Time is packet time, always. */
export class Engine implements EngineView {
  readonly reporter: Reporter;
  readonly ja4plus: boolean;
  readonly #packet = new Packet();
  readonly #fragments = new FragmentTable();
  readonly #flows: FlowTable;
  readonly #syns: SynObserver;
  readonly #datagrams: DatagramObserver;
  #packets = 0;
  #bytes = 0;
  #notIp = 0;
  #newFlows = 0;
  #sweepAt = 0;

  constructor({ reporter, maxFlows, ja4plus, stacks }: EngineOptions) {
    this.reporter = reporter;
    this.ja4plus = ja4plus;
    this.#flows = new FlowTable(maxFlows, (flow) => this.#end(flow));
    this.#syns = new SynObserver(this, stacks);
    this.#datagrams = new DatagramObserver(this);
  }

  get micros(): number {
    return this.#packet.micros;
  }

  get packetNumber(): number {
    return this.#packets;
  }

  get counters(): EngineCounters {
    return {
      packets: this.#packets,
      bytes: this.#bytes,
      notIp: this.#notIp,
      flows: this.#newFlows,
      flowsHighWater: this.#flows.highWater,
      flowsEvicted: this.#flows.evicted,
    };
  }

  /** Handles one packet; bound, so that it can be handed to a capture reader. */
  readonly handle: PacketHandler = (bytes, offset, captured, wire, micros, linkType) => {
    this.#packets++;
    this.#bytes += wire;
    const packet = this.#packet;
    if (!decodePacket(packet, bytes, offset, captured, wire, micros, linkType)) {
      this.#notIp++;
      return;
    }
    // A first fragment has ports and no end: without the rest it would be half a message.
    if (packet.isFragment && !this.#fragments.reassemble(packet)) return;
    // A clock that was set back would put the next sweep off for as long.
    if (micros >= this.#sweepAt || micros < this.#sweepAt - 2 * SWEEP_MICROS) {
      this.#flows.expire(micros - IDLE_MICROS);
      this.#sweepAt = micros + SWEEP_MICROS;
    }
    if (packet.protocol === TRANSPORT.tcp) {
      if (packet.tcpHeaderLength > 0) this.#tcp(packet);
    } else if (packet.protocol === TRANSPORT.udp && packet.payloadLength > 0) {
      this.#udp(packet);
    }
  };

  /** The input has ended: says what is left to say of all flows. */
  end(): void {
    this.#syns.end();
    this.#flows.clear();
  }

  #tcp(packet: Packet): void {
    const flags = packet.tcpFlags;
    let flow = this.#flows.find(packet);
    if ((flags & (SYN | ACK)) === SYN && isReopened(flow, packet)) {
      this.#flows.remove(flow);
      flow = this.#flows.find(packet);
    }
    const fromA = this.#flows.fromA;
    if (flow.opener === OPENER.unknown) this.#findOpener(flow, packet, fromA);
    const fromOpener = fromA === (flow.opener === OPENER.a);
    count(flow, packet, fromOpener);
    if ((flags & SYN) !== 0) this.#syn(flow, packet, fromOpener);
    else if (fromOpener && flow.synAckMicros > 0 && flow.ackMicros === 0) {
      flow.ackMicros = packet.micros;
    }
    if (flow.closed) return;
    const conversation = flow.conversation;
    if (packet.payloadLength + packet.payloadMissing > 0) {
      if (conversation !== null) this.#payload(flow, packet, fromOpener !== flow.turned);
    } else if (flags === ACK) {
      if (conversation === undefined) countAck(flow, fromOpener);
      else conversation?.acknowledgement(fromOpener);
    }
    if ((flags & (FIN | RST)) !== 0) this.#farewell(flow, flags, fromOpener);
  }

  #findOpener(flow: Flow, packet: Packet, fromA: boolean): void {
    this.#newFlows++;
    const { tcpFlags, sourcePort, destinationPort } = packet;
    // In the middle of a connection the well-known, lower port is the responder's.
    const fromOpener = (tcpFlags & SYN) !== 0
      ? (tcpFlags & ACK) === 0
      : sourcePort >= destinationPort;
    flow.opener = fromA === fromOpener ? OPENER.a : OPENER.b;
  }

  #syn(flow: Flow, packet: Packet, fromOpener: boolean): void {
    if (fromOpener) {
      if (flow.synMicros === 0) {
        flow.synMicros = packet.micros;
        flow.openerIsn = packet.sequence;
        flow.openerTtl = packet.ttl;
      }
      this.#syns.syn(flow, packet);
    } else {
      if (flow.synAckMicros === 0) {
        flow.synAckMicros = packet.micros;
        flow.responderIsn = packet.sequence;
        flow.responderTtl = packet.ttl;
      }
      this.#syns.synAck(flow, packet);
    }
  }

  #payload(flow: Flow, packet: Packet, fromOpener: boolean): void {
    const conversation = (flow.conversation ??= this.#converse(flow)) as TcpConversation;
    conversation.segment(fromOpener, packet);
    if (!conversation.wanted) {
      conversation.end();
      flow.conversation = null;
    }
  }

  /** Only flows with payload need one: most SYNs of a scan lead to nothing. */
  #converse(flow: Flow): TcpConversation {
    const conversation = new TcpConversation(observeConversation(this, flow));
    if (flow.synMicros > 0) conversation.open(true, flow.openerIsn);
    if (flow.synAckMicros > 0) conversation.open(false, flow.responderIsn);
    for (let acks = flow.openerAcks; acks > 0; acks--) conversation.acknowledgement(true);
    for (let acks = flow.responderAcks; acks > 0; acks--) conversation.acknowledgement(false);
    return conversation;
  }

  #farewell(flow: Flow, flags: number, fromOpener: boolean): void {
    flow.fins |= fromOpener ? FIN_OF_OPENER : FIN_OF_RESPONDER;
    if ((flags & RST) === 0 && flow.fins !== (FIN_OF_OPENER | FIN_OF_RESPONDER)) return;
    flow.closed = true;
    this.#finish(flow);
  }

  #udp(packet: Packet): void {
    const flow = this.#flows.find(packet);
    const fromA = this.#flows.fromA;
    if (flow.opener === OPENER.unknown) {
      this.#newFlows++;
      flow.opener = fromA ? OPENER.a : OPENER.b;
    }
    const fromOpener = fromA === (flow.opener === OPENER.a);
    count(flow, packet, fromOpener);
    this.#datagrams.datagram(flow, packet, fromOpener !== flow.turned);
  }

  /** A flow leaves the table. */
  #end(flow: Flow): void {
    if (!flow.closed) this.#finish(flow);
  }

  #finish(flow: Flow): void {
    flow.conversation?.end();
    flow.conversation = null;
    if (flow.protocol === TRANSPORT.tcp) reportTiming(this, flow);
  }
}

/** True for the SYN of a new connection between the endpoints of an older one. */
function isReopened(flow: Flow, packet: Packet): boolean {
  return flow.packets > 0 &&
    (flow.closed || flow.synMicros === 0 || flow.openerIsn !== packet.sequence);
}

function countAck(flow: Flow, fromOpener: boolean): void {
  if (fromOpener) flow.openerAcks++;
  else flow.responderAcks++;
}

/** Counts a packet of a flow. */
function count(flow: Flow, packet: Packet, fromOpener: boolean): void {
  const { micros, payloadLength, payloadMissing } = packet;
  if (flow.packets > 0) {
    // Packets of several capture queues may be out of order.
    const gap = Math.max(0, micros - flow.lastMicros);
    if (gap < flow.minGap) flow.minGap = gap;
    if (gap > flow.maxGap) flow.maxGap = gap;
  }
  flow.packets++;
  flow.lastMicros = micros;
  const length = payloadLength + payloadMissing;
  if (length === 0) return;
  flow.payloadBytes += length;
  if (!fromOpener || packet.tcpHeaderLength === 0) return;
  // A SYN takes a sequence number of its own (RFC 9293 3.4).
  const end = (packet.sequence + (packet.tcpFlags & SYN) / SYN + length) | 0;
  if (!flow.openerSpoke || ((end - flow.openerEnd) | 0) > 0) {
    flow.openerSpoke = true;
    flow.openerEnd = end;
  } else {
    flow.retransmits++;
  }
}
