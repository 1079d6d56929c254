/** An analyzer that writes down what it is told, and a recognizer that finds it. */
import type { Analyzer } from "../../lib/sniff/analyzer.ts";
import type { Recognition, Recognizer } from "../../lib/sniff/recognizing_analyzer.ts";

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** Writes `>data` for the opener and `<data` for the responder; `|` with the length of a gap. */
export class RecordingAnalyzer implements Analyzer {
  readonly heard: string[] = [];
  held = 0;
  /** What it answers. */
  wants = true;
  readonly listensTo = { opener: true, responder: true };

  listens(fromOpener: boolean): boolean {
    return fromOpener ? this.listensTo.opener : this.listensTo.responder;
  }

  data(fromOpener: boolean, bytes: Uint8Array): boolean {
    return this.#write(fromOpener, text(bytes));
  }

  gap(fromOpener: boolean, length: number): boolean {
    return this.#write(fromOpener, `|${length}`);
  }

  restart(fromOpener: boolean): void {
    this.#write(fromOpener, "restart");
  }

  packet(fromOpener: boolean, payloadLength: number): void {
    this.#write(fromOpener, `${payloadLength}`);
  }

  end(): void {
    this.heard.push("end");
  }

  #write(fromOpener: boolean, entry: string): boolean {
    this.heard.push(`${fromOpener ? ">" : "<"}${entry}`);
    return this.wants;
  }
}

/** What a {@linkcode RecordingRecognizer} does when it hears its word. */
export interface RecordingOptions {
  /** What decides when the opener says it. */
  readonly word: string;
  readonly openerSkip?: number;
  readonly responderSkip?: number;
  readonly turned?: boolean;
  /** It says `unknown` to what does not begin as the word does, else `undecided`. */
  readonly strict?: boolean;
  /** What begins something whatever came before. */
  readonly beginning?: string;
}

/** Recognizes once the opener has said a word, and writes down what it was asked. */
export class RecordingRecognizer implements Recognizer {
  readonly analyzer = new RecordingAnalyzer();
  readonly asked: string[] = [];
  readonly #options: RecordingOptions;

  constructor(options: RecordingOptions) {
    this.#options = options;
  }

  recognize(opener: Uint8Array, responder: Uint8Array): Recognition {
    const { word, openerSkip = 0, responderSkip = 0, turned = false, strict = false } =
      this.#options;
    this.asked.push(`${text(opener)}/${text(responder)}`);
    if (!text(opener).includes(word)) {
      return strict && !word.startsWith(text(opener)) ? "unknown" : "undecided";
    }
    return { analyzer: this.analyzer, openerSkip, responderSkip, turned };
  }

  begins(bytes: Uint8Array): boolean {
    const { beginning } = this.#options;
    return beginning !== undefined && text(bytes).startsWith(beginning);
  }

  forget(fromOpener: boolean): void {
    this.asked.push(fromOpener ? "forget opener" : "forget responder");
  }
}
