/** One TCP connection: puts both directions in order, finds out what it speaks, and lets that be read. */
import { concatBytes } from "../bytes.ts";
import { type StreamConsumer, TcpStream } from "../net/tcp_stream.ts";
import type { Analyzer } from "./analyzer.ts";
import type { Conversation } from "./flow.ts";
import type { Packet } from "../net/packet.ts";

/** What the first bytes of a connection decide. */
export type Recognition =
  | { readonly analyzer: Analyzer; /** Bytes of the opener to leave out. */ readonly skip: number }
  | "undecided"
  | "unknown";

/** Finds the analyzer for what both sides have said so far. */
export type Recognizer = (opener: Uint8Array, responder: Uint8Array) => Recognition;

/** Bytes of both sides that are kept while it is open what they mean. */
const MAX_UNDECIDED = 48 * 1024;

/** TCP flag (RFC 9293 3.1). */
const SYN = 0x02;

const NOTHING = new Uint8Array(0);

/** Puts one direction in order and hands it on. */
class Direction implements StreamConsumer {
  readonly stream = new TcpStream();
  readonly #conversation: TcpConversation;
  readonly #fromOpener: boolean;

  constructor(conversation: TcpConversation, fromOpener: boolean) {
    this.#conversation = conversation;
    this.#fromOpener = fromOpener;
  }

  data(bytes: Uint8Array, offset: number, length: number): void {
    this.#conversation.data(this.#fromOpener, bytes.subarray(offset, offset + length));
  }

  gap(): void {
    this.#conversation.gap(this.#fromOpener);
  }
}

/** Both directions of a connection. */
export class TcpConversation implements Conversation {
  /** False once nothing more is wanted: the flow may forget this. */
  wanted = true;
  readonly #recognize: Recognizer;
  readonly #opener = new Direction(this, true);
  readonly #responder = new Direction(this, false);
  #heardOpener: Uint8Array = NOTHING;
  #heardResponder: Uint8Array = NOTHING;
  #analyzer: Analyzer | undefined;
  /** Acknowledgements from before the analyzer was found. */
  #openerAcks = 0;
  #responderAcks = 0;

  constructor(recognize: Recognizer) {
    this.#recognize = recognize;
  }

  /** The SYN of one side, by its sequence number. */
  open(fromOpener: boolean, sequence: number): void {
    (fromOpener ? this.#opener : this.#responder).stream.open(sequence);
  }

  segment(fromOpener: boolean, packet: Packet): void {
    const direction = fromOpener ? this.#opener : this.#responder;
    const { sequence, tcpFlags, bytes, payloadOffset, payloadLength, payloadMissing } = packet;
    direction.stream.push(
      // Data of a SYN (RFC 7413) follow its own sequence number.
      (tcpFlags & SYN) === 0 ? sequence : sequence + 1,
      bytes,
      payloadOffset,
      payloadLength,
      payloadMissing,
      direction,
    );
    this.#analyzer?.packet?.(fromOpener, payloadLength + payloadMissing);
  }

  acknowledgement(fromOpener: boolean): void {
    if (this.#analyzer === undefined) {
      if (fromOpener) this.#openerAcks++;
      else this.#responderAcks++;
    } else {
      this.#analyzer.packet?.(fromOpener, 0);
    }
  }

  end(): void {
    if (this.wanted) this.#opener.stream.finish(this.#opener);
    if (this.wanted) this.#responder.stream.finish(this.#responder);
    this.#analyzer?.end?.();
  }

  /** Bytes of one side in their order. */
  data(fromOpener: boolean, bytes: Uint8Array): void {
    if (!this.wanted) return;
    if (this.#analyzer === undefined) this.#decide(fromOpener, bytes);
    else if (!this.#analyzer.data(fromOpener, bytes)) this.wanted = false;
  }

  /** Bytes of one side are missing. */
  gap(fromOpener: boolean): void {
    if (this.#analyzer !== undefined) {
      if (!this.#analyzer.gap(fromOpener)) this.wanted = false;
    } else if (fromOpener) {
      // What comes behind the gap does not continue what came before it.
      this.#heardOpener = NOTHING;
    } else {
      this.#heardResponder = NOTHING;
    }
  }

  /** Looks at what both sides have said, the new `bytes` of one side among it. */
  #decide(fromOpener: boolean, bytes: Uint8Array): void {
    const opener = fromOpener ? joined(this.#heardOpener, bytes) : this.#heardOpener;
    const responder = fromOpener ? this.#heardResponder : joined(this.#heardResponder, bytes);
    const recognition = this.#recognize(opener, responder);
    if (recognition === "undecided" && opener.length + responder.length < MAX_UNDECIDED) {
      // Most connections are decided by their first segment, which then need not be kept.
      if (fromOpener) this.#heardOpener = opener.slice();
      else this.#heardResponder = responder.slice();
      return;
    }
    this.#heardOpener = this.#heardResponder = NOTHING;
    if (recognition === "undecided" || recognition === "unknown") {
      this.wanted = false;
      return;
    }
    this.#start(recognition.analyzer);
    const { skip } = recognition;
    // What the responder said before TLS began behind a preamble was part of the preamble.
    if (responder.length > 0 && skip === 0) this.data(false, responder);
    if (opener.length > skip) this.data(true, opener.subarray(skip));
  }

  #start(analyzer: Analyzer): void {
    this.#analyzer = analyzer;
    for (let acks = this.#openerAcks; acks > 0; acks--) analyzer.packet?.(true, 0);
    for (let acks = this.#responderAcks; acks > 0; acks--) analyzer.packet?.(false, 0);
  }
}

function joined(before: Uint8Array, bytes: Uint8Array): Uint8Array {
  return before.length === 0 ? bytes : concatBytes(before, bytes);
}
