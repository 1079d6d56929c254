/** A connection as its conversation sees it, by the record of its flow. */
import type { EngineView } from "./engine_view.ts";
import type { Flow } from "./flow.ts";
import { FLAG, FLAGS, OPENER_SIDE, RESPONDER_SIDE } from "./flow_record.ts";
import { ProtocolRecognizer } from "./protocols.ts";
import type { Recognizer } from "./recognizing_analyzer.ts";
import type { ConnectionView } from "./tcp_conversation.ts";
import { isAcknowledged, swapSides } from "./tcp_side.ts";

/** Knows who reads the payload of a flow, and what its sides have acknowledged. */
export class TcpConnection implements ConnectionView {
  readonly #engine: EngineView;
  readonly #flow: Flow;
  readonly #words: Int32Array;

  /** @param words of the flow's table */
  constructor(engine: EngineView, flow: Flow, words: Int32Array) {
    this.#engine = engine;
    this.#flow = flow;
    this.#words = words;
  }

  recognizer(): Recognizer {
    return new ProtocolRecognizer(this.#engine, this.#flow);
  }

  acknowledged(fromOpener: boolean, sequence: number): boolean | undefined {
    const { record, turned } = this.#flow;
    const sender = record + (fromOpener === turned ? RESPONDER_SIDE : OPENER_SIDE);
    const receiver = record + (fromOpener === turned ? OPENER_SIDE : RESPONDER_SIDE);
    return isAcknowledged(this.#words, receiver, sender, sequence);
  }

  /** What was taken for the responder is the opener, and its packets have been counted as such. */
  turn(): void {
    const { record } = this.#flow;
    this.#words[record + FLAGS]! ^= FLAG.openerIsB;
    swapSides(this.#words, record + OPENER_SIDE, record + RESPONDER_SIDE);
  }
}
