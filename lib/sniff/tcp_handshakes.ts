/** Tells the connections between two ends apart by their SYNs, and notes what their handshakes show. */
import type { Packet } from "../net/packet.ts";
import { Flow } from "./flow.ts";
import {
  ACK_TIME,
  FIRST,
  FLAG,
  FLAGS,
  LAST,
  OPENER_SIDE,
  PACKETS,
  RESPONDER_SIDE,
  SYN_ACK_TIME,
  SYN_MSS,
  SYN_TIME,
} from "./flow_record.ts";
import type { FlowTable } from "./flow_table.ts";
import { answeredSyn, noteOtherSyn, type OtherSyn } from "./other_syn.ts";
import { answerOf, noteSynAck, secondsSince, setAnswer, synAckDelays } from "./syn_ack_history.ts";
import type { SynObserver } from "./syn_observer.ts";
import {
  hasAnswered,
  hasSpoken,
  hasStarted,
  initialSequence,
  noteStart,
  precedes,
  TCP_FLAG,
} from "./tcp_side.ts";

const { syn: SYN, ack: ACK } = TCP_FLAG;

/** A flow without packets for that long has ended (packet time, microseconds). */
export const IDLE_MICROS = 120_000_000;

/** Takes SYNs and SYN-ACKs. */
export class TcpHandshakes {
  readonly #flows: FlowTable;
  readonly #syns: SynObserver;

  constructor(flows: FlowTable, syns: SynObserver) {
    this.#flows = flows;
    this.#syns = syns;
  }

  /** The first packet of a flow: guesses who opened, where no SYN says so. */
  begin(record: number, packet: Packet): void {
    const { tcpFlags, sourcePort, destinationPort } = packet;
    // In the middle of a connection the well-known, lower port is the responder's.
    const fromOpener = (tcpFlags & SYN) !== 0
      ? (tcpFlags & ACK) === 0
      : sourcePort >= destinationPort;
    if (this.#flows.fromA !== fromOpener) this.#flows.words[record + FLAGS]! |= FLAG.openerIsB;
  }

  /**
   * A SYN where there is a flow.
   *
   * @returns record of the flow that the SYN belongs to; -1 while that is not known
   */
  placeSyn(record: number, packet: Packet): number {
    const flows = this.#flows;
    const { words } = flows;
    const { fromA } = flows;
    const fromOpener = fromA === ((words[record + FLAGS]! & FLAG.openerIsB) === 0);
    const side = record + (fromOpener ? OPENER_SIDE : RESPONDER_SIDE);
    const other = record + (fromOpener ? RESPONDER_SIDE : OPENER_SIDE);
    const started = hasStarted(words, side);
    const sequence = packet.sequence | 0;
    const { micros, ttl } = packet;
    const over = this.#isOver(record, micros);
    // Sent again; or captured late, behind what follows or answers it.
    const belongs = fromOpener &&
      (started
        ? initialSequence(words, side) === sequence
        : precedes(words, side, sequence) || hasAnswered(words, other, sequence));
    if (belongs && !over) return record;
    if (over || !hasSpoken(words, other)) {
      const former = fromOpener && started && !over ? this.#startOf(record) : undefined;
      const next = this.#beginAgain(record, packet);
      // Of several SYNs that nobody has answered any may be the one that is.
      if (former !== undefined) noteOtherSyn(flows, next, former, fromA);
      return next;
    }
    const mss = this.#syns.syn(new Flow(flows, record, { fromA, micros }), packet);
    noteOtherSyn(flows, record, { micros, sequence, ttl, mss }, fromA);
    return -1;
  }

  /** A SYN-ACK where there is a flow. @returns record of the flow that it belongs to */
  placeSynAck(record: number, packet: Packet): number {
    const flows = this.#flows;
    const { words, fromA } = flows;
    const fromOpener = fromA === ((words[record + FLAGS]! & FLAG.openerIsB) === 0);
    const opener = record + OPENER_SIDE;
    const responder = record + RESPONDER_SIDE;
    const answersOpener = !fromOpener && hasStarted(words, opener) &&
      ((packet.acknowledgement - initialSequence(words, opener)) | 0) === 1;
    const answered = answersOpener ? undefined : answeredSyn(flows, record, packet, fromA);
    if (answered !== undefined) {
      const again = this.#beginAgain(record, packet);
      this.#putStart(again, answered);
      return again;
    }
    const differs = hasStarted(words, responder) &&
      initialSequence(words, responder) !== (packet.sequence | 0);
    // Where only one side was captured, its SYN-ACKs are all there is.
    const isNew = !fromOpener && differs &&
      (this.#isOver(record, packet.micros) || !hasSpoken(words, opener));
    return isNew ? this.#beginAgain(record, packet) : record;
  }

  /** The SYN of the flow at `record`, sent for the first time or again. */
  syn(record: number, packet: Packet): void {
    const { words, doubles } = this.#flows;
    const mss = this.#syns.syn(this.#flows.glance(record), packet);
    if ((words[record + FLAGS]! & FLAG.synTimed) !== 0) return;
    words[record + FLAGS]! |= FLAG.synTimed;
    words[record + SYN_MSS] = mss;
    doubles[record + SYN_TIME >> 1] = packet.micros;
    noteStart(words, record + OPENER_SIDE, packet.sequence, packet.ttl);
  }

  /** A SYN-ACK. @returns true when it is the responder's first */
  synAck(record: number, packet: Packet, fromOpener: boolean): boolean {
    const flows = this.#flows;
    const { words, doubles } = flows;
    const { micros, sequence, ttl } = packet;
    if (fromOpener) {
      this.#syns.synAck(new Flow(flows, record, { fromA: !flows.fromA, micros }), packet, []);
      return false;
    }
    const responder = record + RESPONDER_SIDE;
    const first = !hasStarted(words, responder);
    if (first) {
      words[record + FLAGS]! |= FLAG.synAckTimed;
      doubles[record + SYN_ACK_TIME >> 1] = micros;
      noteStart(words, responder, sequence, ttl);
    }
    const repeats = initialSequence(words, responder) === (sequence | 0);
    if (repeats) noteSynAck(flows, record, micros, first);
    const delays = repeats && !first ? synAckDelays(flows, record) : [];
    setAnswer(flows, record, this.#syns.synAck(flows.glance(record), packet, delays));
    return first;
  }

  /** The first packet of the opener behind the SYN-ACK. */
  ack(record: number, micros: number): void {
    const { words, doubles } = this.#flows;
    const flags = words[record + FLAGS]!;
    if ((flags & (FLAG.synAckTimed | FLAG.ackTimed)) !== FLAG.synAckTimed) return;
    words[record + FLAGS] = flags | FLAG.ackTimed;
    doubles[record + ACK_TIME >> 1] = micros;
  }

  /** The server resets a connection: one that got no ACK gives up. */
  reset(record: number, micros: number): void {
    const flows = this.#flows;
    const answer = answerOf(flows, record);
    if (answer === 0 || (flows.words[record + FLAGS]! & FLAG.ackTimed) !== 0) return;
    const seconds = secondsSince(flows, record, micros);
    this.#syns.reset(flows.glance(record), answer, synAckDelays(flows, record), seconds);
  }

  /** Ends the flow at `record` and begins one between the same ends with `packet`. */
  #beginAgain(record: number, packet: Packet): number {
    this.#flows.remove(record);
    const again = this.#flows.find(packet);
    this.begin(again, packet);
    return again;
  }

  /** True when a new connection between the ends of a flow is nothing strange. */
  #isOver(record: number, micros: number): boolean {
    const { words, doubles } = this.#flows;
    return (words[record + FLAGS]! & FLAG.closed) !== 0 ||
      micros - doubles[record + LAST >> 1]! > IDLE_MICROS;
  }

  /** The SYN that opened a flow. */
  #startOf(record: number): OtherSyn {
    const flow = this.#flows.flow(record);
    return {
      micros: flow.synMicros,
      sequence: initialSequence(this.#flows.words, record + OPENER_SIDE),
      ttl: flow.openerTtl,
      mss: flow.synMss,
    };
  }

  /** Makes `syn`, which came before the packet at hand, the first packet of a new flow. */
  #putStart(record: number, { micros, sequence, ttl, mss }: OtherSyn): void {
    const { words, doubles } = this.#flows;
    doubles[record + FIRST >> 1] = doubles[record + LAST >> 1] = micros;
    doubles[record + SYN_TIME >> 1] = micros;
    words[record + PACKETS] = 1;
    words[record + SYN_MSS] = mss;
    words[record + FLAGS]! |= FLAG.synTimed;
    noteStart(words, record + OPENER_SIDE, sequence, ttl);
  }
}
