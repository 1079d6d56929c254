/** Follows TCP connections: who opened, which packets both sides believe, when they end. */
import type { Packet } from "../net/packet.ts";
import type { Conversations } from "./conversations.ts";
import type { EngineView } from "./engine_view.ts";
import type { Flow } from "./flow.ts";
import { countPacket, countRetransmit } from "./flow_counters.ts";
import { FLAG, FLAGS, OPENER_SIDE, RESPONDER_SIDE } from "./flow_record.ts";
import type { FlowTable } from "./flow_table.ts";
import { mayBegin } from "./protocols.ts";
import type { SynObserver } from "./syn_observer.ts";
import { TcpConnection } from "./tcp_connection.ts";
import { TcpConversation } from "./tcp_conversation.ts";
import { TcpHandshakes } from "./tcp_handshakes.ts";
import {
  advance,
  countEmptyAck,
  emptyAcks,
  hasStarted,
  haveBothEnded,
  initialSequence,
  isCredibleReset,
  PROGRESS,
  STREAM_END,
  streamEnd,
  TCP_FLAG,
} from "./tcp_side.ts";
import { reportTiming } from "./timing.ts";

const { syn: SYN, rst: RST, ack: ACK } = TCP_FLAG;

/** Takes the TCP packets one by one. */
export class TcpTracker {
  readonly #engine: EngineView;
  readonly #flows: FlowTable;
  readonly #conversations: Conversations;
  readonly #handshakes: TcpHandshakes;

  constructor(
    engine: EngineView,
    flows: FlowTable,
    conversations: Conversations,
    syns: SynObserver,
  ) {
    this.#engine = engine;
    this.#flows = flows;
    this.#conversations = conversations;
    this.#handshakes = new TcpHandshakes(flows, syns);
  }

  /** A packet with a TCP header. */
  packet(packet: Packet): void {
    const { tcpFlags } = packet;
    const flows = this.#flows;
    let record = flows.find(packet);
    // Receivers look at RST first.
    const start = (tcpFlags & RST) === 0 ? tcpFlags & (SYN | ACK) : 0;
    if (flows.fresh) this.#handshakes.begin(record, packet);
    else if (start === SYN) record = this.#handshakes.placeSyn(record, packet);
    else if (start === (SYN | ACK)) record = this.#handshakes.placeSynAck(record, packet);
    if (record < 0) return;
    countPacket(flows, record, packet);

    const { words } = flows;
    const fromOpener = flows.fromA === ((words[record + FLAGS]! & FLAG.openerIsB) === 0);
    const side = record + (fromOpener ? OPENER_SIDE : RESPONDER_SIDE);
    const other = record + (fromOpener ? RESPONDER_SIDE : OPENER_SIDE);
    if ((tcpFlags & RST) !== 0) {
      if (isCredibleReset(words, side, other, packet)) this.#reset(record, packet, fromOpener);
      return;
    }
    if (start === SYN) this.#handshakes.syn(record, packet);
    else if (start === (SYN | ACK)) this.#synAck(record, packet, fromOpener);
    else if ((tcpFlags & ACK) === 0) return this.#unacknowledging(record, packet, fromOpener);
    else if (fromOpener) this.#handshakes.ack(record, packet.micros);

    const progress = advance(words, side, other, packet);
    const hasPayload = packet.payloadLength + packet.payloadMissing > 0;
    if (hasPayload && fromOpener && progress !== PROGRESS.some) countRetransmit(flows, record);
    // Behind a RST, too: what was under way then, or captured late, still comes.
    if (hasPayload && progress === PROGRESS.implausible) {
      this.#strayPayload(record, packet, fromOpener);
    } else if (hasPayload) this.#payload(record, packet, fromOpener, progress);
    const flags = words[record + FLAGS]!;
    if ((flags & FLAG.closed) !== 0) return;
    if (!hasPayload && tcpFlags === ACK && (flags & FLAG.unwanted) === 0) {
      this.#emptyAck(record, fromOpener);
    }
    if (haveBothEnded(words, side, other)) this.#closeIfDone(record);
  }

  /** The flow at `record` leaves the table. */
  end(record: number): void {
    this.#endConversations(record);
    if ((this.#flows.words[record + FLAGS]! & FLAG.closed) !== 0) return;
    reportTiming(this.#engine, this.#flows, record);
  }

  #synAck(record: number, packet: Packet, fromOpener: boolean): void {
    if (!this.#handshakes.synAck(record, packet, fromOpener)) return;
    // With data in the SYN the conversation may have begun (RFC 7413).
    this.#conversationOf(record)?.open(false, packet.sequence);
  }

  #payload(record: number, packet: Packet, fromOpener: boolean, progress: number): void {
    const { words } = this.#flows;
    const wasUnwanted = (words[record + FLAGS]! & FLAG.unwanted) !== 0;
    // A hello that is sent again was read before.
    if (wasUnwanted && (progress === PROGRESS.none || !isBeginning(packet))) return;
    const flow = this.#flows.flow(record);
    if (flow.conversation === undefined) {
      const conversation = this.#converse(flow, packet.micros);
      // What begins in the middle has nothing to do with the SYN.
      if (!wasUnwanted) this.#putStart(record, conversation);
      this.#conversations.begin(flow, conversation, packet.micros);
    }
    const conversation = flow.conversation as TcpConversation;
    const read = conversation.segment(fromOpener !== flow.turned, packet);
    if (!conversation.wanted) this.#conversations.end(flow);
    else this.#conversations.note(flow, packet.micros, read);
  }

  /**
   * A segment that the other side will not take, unless it belongs to a connection of which the SYN was not
   * captured. So it is read, but must not disturb the connection that there is.
   */
  #strayPayload(record: number, packet: Packet, fromOpener: boolean): void {
    const flow = this.#flows.flow(record);
    const former = flow.stray as TcpConversation | undefined;
    if (former?.isFarFrom(fromOpener !== flow.turned, packet) === true && isBeginning(packet)) {
      this.#conversations.endStray(flow);
    }
    if (flow.stray === undefined) {
      if (!isBeginning(packet)) return;
      const conversation = this.#converse(flow, packet.micros);
      this.#conversations.beginStray(flow, conversation, packet.micros);
    }
    const conversation = flow.stray as TcpConversation;
    const read = conversation.segment(fromOpener !== flow.turned, packet);
    if (!conversation.wanted) this.#conversations.endStray(flow);
    else this.#conversations.note(flow, packet.micros, read);
  }

  /**
   * A receiver drops what does not acknowledge anything (RFC 9293 3.10.7.4). Where none has answered, the
   * packets may have been made by hand.
   */
  #unacknowledging(record: number, packet: Packet, fromOpener: boolean): void {
    if ((this.#flows.words[record + FLAGS]! & FLAG.synAckTimed) !== 0) return;
    if (packet.payloadLength > 0) this.#strayPayload(record, packet, fromOpener);
  }

  #converse(flow: Flow, micros: number): TcpConversation {
    return new TcpConversation(new TcpConnection(this.#engine, flow, this.#flows.words), micros);
  }

  /** What the handshake has shown, of use for the conversation behind it. */
  #putStart(record: number, conversation: TcpConversation): void {
    const { words } = this.#flows;
    const opener = record + OPENER_SIDE;
    const responder = record + RESPONDER_SIDE;
    if (hasStarted(words, opener)) conversation.open(true, initialSequence(words, opener));
    if (hasStarted(words, responder)) conversation.open(false, initialSequence(words, responder));
    for (let acks = emptyAcks(words, opener); acks > 0; acks--) conversation.acknowledgement(true);
    for (let acks = emptyAcks(words, responder); acks > 0; acks--) {
      conversation.acknowledgement(false);
    }
  }

  #emptyAck(record: number, fromOpener: boolean): void {
    const { words } = this.#flows;
    const conversation = this.#conversationOf(record);
    if (conversation === undefined) {
      countEmptyAck(words, record + (fromOpener ? OPENER_SIDE : RESPONDER_SIDE));
    } else {
      const turned = (words[record + FLAGS]! & FLAG.turned) !== 0;
      conversation.acknowledgement(fromOpener !== turned);
    }
  }

  #conversationOf(record: number): TcpConversation | undefined {
    if ((this.#flows.words[record + FLAGS]! & FLAG.read) === 0) return undefined;
    return this.#flows.flow(record).conversation as TcpConversation;
  }

  #reset(record: number, packet: Packet, fromOpener: boolean): void {
    if ((this.#flows.words[record + FLAGS]! & FLAG.closed) !== 0) return;
    if (!fromOpener) this.#handshakes.reset(record, packet.micros);
    if (this.#conversationOf(record)?.awaits !== true) this.#endConversations(record);
    this.#close(record);
  }

  /** Both sides have sent a FIN: closes the flow once all before it was sent and received. */
  #closeIfDone(record: number): void {
    const { words } = this.#flows;
    const opener = record + OPENER_SIDE;
    const responder = record + RESPONDER_SIDE;
    const done = Math.min(
      streamEnd(words, opener, responder),
      streamEnd(words, responder, opener),
    );
    if (done === STREAM_END.open) return;
    this.#endConversations(record);
    this.#close(record);
  }

  #close(record: number): void {
    this.#flows.words[record + FLAGS]! |= FLAG.closed;
    reportTiming(this.#engine, this.#flows, record);
  }

  #endConversations(record: number): void {
    const flow = this.#flows.kept(record);
    if (flow?.stray !== undefined) this.#conversations.endStray(flow);
    if (flow?.conversation !== undefined) this.#conversations.end(flow);
  }
}

/** True when a segment begins something though nothing was wanted any more. */
function isBeginning({ bytes, payloadOffset, payloadLength }: Packet): boolean {
  return mayBegin(bytes, payloadOffset, payloadLength);
}
