/** Finds out what a connection speaks, and then has that read. */
import { ByteQueue } from "../byte_queue.ts";
import type { Analyzer } from "./analyzer.ts";

/** Who reads a connection, and from where on. */
export interface Recognized {
  readonly analyzer: Analyzer;
  /** Bytes of each side to leave out. */
  readonly openerSkip: number;
  readonly responderSkip: number;
  /** The sides are the other way round: what was taken for the responder is the client. */
  readonly turned: boolean;
}

/** What the first bytes of a connection decide. */
export type Recognition = Recognized | "undecided" | "unknown";

/** Finds the analyzer for what a connection speaks. */
export interface Recognizer {
  /** Judges all that both sides have said so far. */
  recognize(opener: Uint8Array, responder: Uint8Array): Recognition;
  /** True when something that is read begins with these bytes, whatever came before. */
  begins(bytes: Uint8Array): boolean;
  /** What one side has said so far does not count: it begins anew. */
  forget(fromOpener: boolean): void;
}

/** Bytes of both sides that are kept while it is open what they mean. */
const MAX_UNDECIDED = 48 * 1024;

const NOTHING = new Uint8Array(0);

/** Hands what is said to the analyzer that a recognizer finds for it. */
export class RecognizingAnalyzer implements Analyzer {
  /** Who finds the analyzer, and then that. */
  #recognizer: Recognizer | undefined;
  #analyzer: Analyzer | undefined;
  readonly #onTurn: (() => void) | undefined;
  #heardOpener: ByteQueue | undefined;
  #heardResponder: ByteQueue | undefined;
  /** Acknowledgements from before the analyzer was found. */
  #openerAcks = 0;
  #responderAcks = 0;

  /** @param onTurn called when the sides turn out to be the other way round, before more is heard */
  constructor(recognizer: Recognizer, onTurn?: () => void) {
    this.#recognizer = recognizer;
    this.#onTurn = onTurn;
  }

  get held(): number {
    if (this.#analyzer !== undefined) return this.#analyzer.held;
    return (this.#heardOpener?.held ?? 0) + (this.#heardResponder?.held ?? 0);
  }

  /** True until it is known what is spoken. */
  get undecided(): boolean {
    return this.#analyzer === undefined;
  }

  listens(fromOpener: boolean): boolean {
    return this.#analyzer?.listens(fromOpener) ?? true;
  }

  /** As {@linkcode Analyzer.data}. While it is undecided, false means that this will not be known. */
  data(fromOpener: boolean, bytes: Uint8Array): boolean {
    if (this.#analyzer !== undefined) return this.#analyzer.data(fromOpener, bytes);
    // Most connections are decided by their first segment, which then need not be kept.
    const before = fromOpener ? this.#heardOpener : this.#heardResponder;
    before?.append(bytes);
    const opener = fromOpener && before === undefined ? bytes : peek(this.#heardOpener);
    const responder = !fromOpener && before === undefined ? bytes : peek(this.#heardResponder);
    const recognition = this.#recognizer!.recognize(opener, responder);
    if (
      typeof recognition === "string" && before !== undefined && this.#recognizer!.begins(bytes)
    ) {
      this.restart(fromOpener);
      return this.data(fromOpener, bytes);
    }
    if (recognition === "undecided" && opener.length + responder.length < MAX_UNDECIDED) {
      if (before === undefined) this.#hear(fromOpener, bytes);
      return true;
    }
    this.#heardOpener = this.#heardResponder = undefined;
    if (recognition === "undecided" || recognition === "unknown") {
      this.#recognizer!.forget(true);
      this.#recognizer!.forget(false);
      return false;
    }
    this.#recognizer = undefined;
    if (recognition.turned) this.#onTurn?.();
    return this.#start(recognition, opener, responder);
  }

  gap(fromOpener: boolean, length: number): boolean {
    if (this.#analyzer !== undefined) return this.#analyzer.gap(fromOpener, length);
    // What comes behind the gap does not continue what came before it.
    this.restart(fromOpener);
    return true;
  }

  restart(fromOpener: boolean): void {
    if (this.#analyzer !== undefined) {
      this.#analyzer.restart?.(fromOpener);
      return;
    }
    if (fromOpener) this.#heardOpener = undefined;
    else this.#heardResponder = undefined;
    this.#recognizer!.forget(fromOpener);
  }

  packet(fromOpener: boolean, payloadLength: number): void {
    if (this.#analyzer !== undefined) this.#analyzer.packet?.(fromOpener, payloadLength);
    else if (payloadLength > 0) return;
    else if (fromOpener) this.#openerAcks++;
    else this.#responderAcks++;
  }

  end(): void {
    this.#analyzer?.end?.();
  }

  #hear(fromOpener: boolean, bytes: Uint8Array): void {
    const heard = new ByteQueue();
    heard.append(bytes);
    if (fromOpener) this.#heardOpener = heard;
    else this.#heardResponder = heard;
  }

  #start(
    { analyzer, openerSkip, responderSkip, turned }: Recognized,
    opener: Uint8Array,
    responder: Uint8Array,
  ): boolean {
    this.#analyzer = analyzer;
    for (let acks = this.#openerAcks; acks > 0; acks--) analyzer.packet?.(!turned, 0);
    for (let acks = this.#responderAcks; acks > 0; acks--) analyzer.packet?.(turned, 0);
    const fromResponder = responder.subarray(responderSkip);
    const fromOpener = opener.subarray(openerSkip);
    if (fromResponder.length > 0 && !analyzer.data(turned, fromResponder)) return false;
    return fromOpener.length === 0 || analyzer.data(!turned, fromOpener);
  }
}

function peek(heard: ByteQueue | undefined): Uint8Array {
  return heard?.peek() ?? NOTHING;
}
