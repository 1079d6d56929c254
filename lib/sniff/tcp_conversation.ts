/** One TCP connection: puts both directions in order, as far as somebody wants to read them. */
import type { Packet } from "../net/packet.ts";
import { type StreamConsumer, TcpStream } from "../net/tcp_stream.ts";
import type { Conversation } from "./flow.ts";
import { type Recognizer, RecognizingAnalyzer } from "./recognizing_analyzer.ts";
import { TCP_FLAG } from "./tcp_side.ts";

/** What is known of the connection, and who reads it. */
export interface ConnectionView {
  /** Finds out what is spoken. */
  recognizer(): Recognizer;
  /** See {@linkcode StreamConsumer.acknowledged}. @param fromOpener who sent what is acknowledged */
  acknowledged(fromOpener: boolean, sequence: number): boolean | undefined;
  /** The sides are the other way round. */
  turn(): void;
}

/** A connection that does not show for so long what it speaks never will (microseconds). */
const UNDECIDED_MICROS = 300_000_000;

/** Puts one direction in order and hands it on. */
class Direction implements StreamConsumer {
  readonly stream = new TcpStream();
  fromOpener: boolean;
  readonly #conversation: TcpConversation;

  constructor(conversation: TcpConversation, fromOpener: boolean) {
    this.#conversation = conversation;
    this.fromOpener = fromOpener;
  }

  data(bytes: Uint8Array, offset: number, length: number): void {
    this.#conversation.data(this, bytes.subarray(offset, offset + length));
  }

  gap(length: number): void {
    this.#conversation.gap(this, length);
  }

  restart(): void {
    this.#conversation.restart(this);
  }

  acknowledged(sequence: number): boolean | undefined {
    return this.#conversation.acknowledged(this, sequence);
  }
}

/** Both directions of a connection. */
export class TcpConversation implements Conversation {
  /** False once nothing more is wanted: the flow may forget this. */
  wanted = true;
  readonly #view: ConnectionView;
  readonly #analyzer: RecognizingAnalyzer;
  readonly #beganMicros: number;
  #opener = new Direction(this, true);
  #responder = new Direction(this, false);

  /** @param micros time of the packet at hand */
  constructor(view: ConnectionView, micros: number) {
    this.#view = view;
    this.#beganMicros = micros;
    this.#analyzer = new RecognizingAnalyzer(view.recognizer(), () => this.#turn());
  }

  get held(): number {
    return this.#opener.stream.held + this.#responder.stream.held + this.#analyzer.held;
  }

  /** Something has begun of which the rest is wanted, even if it should come behind a RST. */
  get awaits(): boolean {
    return this.held > 0 || this.#analyzer.listens(false);
  }

  /** The SYN of one side, by its sequence number. */
  open(fromOpener: boolean, sequence: number): void {
    (fromOpener ? this.#opener : this.#responder).stream.open(sequence);
  }

  /** True when a segment cannot continue what its side has said: it is of another connection. */
  isFarFrom(fromOpener: boolean, { sequence }: Packet): boolean {
    return (fromOpener ? this.#opener : this.#responder).stream.isFarFrom(sequence);
  }

  segment(fromOpener: boolean, packet: Packet): boolean {
    const direction = fromOpener ? this.#opener : this.#responder;
    const { tcpFlags, bytes, payloadOffset, payloadLength, payloadMissing } = packet;
    // Data of a SYN (RFC 7413) follow its own sequence number.
    const sequence = packet.sequence + (tcpFlags & TCP_FLAG.syn) / TCP_FLAG.syn;
    const listens = this.#analyzer.listens(fromOpener);
    if (listens) {
      direction.stream.push(
        sequence,
        bytes,
        payloadOffset,
        payloadLength,
        payloadMissing,
        direction,
      );
    } else {
      direction.stream.pass(sequence, payloadLength + payloadMissing);
    }
    this.#analyzer.packet(direction.fromOpener, payloadLength + payloadMissing);
    if (this.#analyzer.undecided && packet.micros - this.#beganMicros > UNDECIDED_MICROS) {
      this.wanted = false;
    }
    return listens;
  }

  /** A packet without payload that acknowledges. */
  acknowledgement(fromOpener: boolean): void {
    this.#analyzer.packet(fromOpener, 0);
  }

  end(): void {
    if (this.wanted) this.#opener.stream.finish(this.#opener);
    if (this.wanted) this.#responder.stream.finish(this.#responder);
    this.#analyzer.end();
  }

  /** Bytes of one side in their order. */
  data(direction: Direction, bytes: Uint8Array): void {
    if (!this.wanted) return;
    const undecided = this.#analyzer.undecided;
    const wanted = this.#analyzer.data(direction.fromOpener, bytes);
    if (undecided && !this.#analyzer.undecided) direction.stream.settle();
    // What nobody knows may make sense behind a segment that comes late.
    if (!wanted && !(this.#analyzer.undecided && direction.stream.startOpen)) this.wanted = false;
  }

  /** Bytes of one side are missing. */
  gap(direction: Direction, length: number): void {
    if (this.wanted && !this.#analyzer.gap(direction.fromOpener, length)) this.wanted = false;
  }

  /** One side comes again from an earlier byte on. */
  restart(direction: Direction): void {
    this.#analyzer.restart(direction.fromOpener);
  }

  /** See {@linkcode StreamConsumer.acknowledged}. */
  acknowledged(direction: Direction, sequence: number): boolean | undefined {
    return this.#view.acknowledged(direction.fromOpener, sequence);
  }

  #turn(): void {
    [this.#opener, this.#responder] = [this.#responder, this.#opener];
    this.#opener.fromOpener = true;
    this.#responder.fromOpener = false;
    this.#view.turn();
  }
}
