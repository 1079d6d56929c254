/** A context that keeps what a source hands over. */
import type {
  Position,
  SourceBatch,
  SourceContext,
  SourceLine,
  SourceNotice,
} from "../../lib/collect/source.ts";

/** Collects lines and notices. */
export class KeptContext implements SourceContext {
  readonly batches: SourceBatch[] = [];
  readonly notices: SourceNotice[] = [];
  readonly messages: string[] = [];
  readonly positions = new Map<string, Position>();
  readonly #abort = new AbortController();
  #wake = () => {};

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** All lines so far. */
  get collected(): SourceLine[] {
    return this.batches.flatMap(({ lines: batch }) => batch);
  }

  /** Their texts. */
  get texts(): string[] {
    return this.collected.map(({ text }) => text);
  }

  readonly lines = (batch: SourceBatch): Promise<void> => {
    // Lines that are made of bytes are valid only for now.
    this.batches.push({ ...batch, lines: batch.lines });
    if (batch.position !== undefined) this.positions.set(batch.key, batch.position);
    this.#wake();
    return Promise.resolve();
  };

  readonly notice = (notice: SourceNotice): Promise<void> => {
    this.notices.push(notice);
    this.#wake();
    return Promise.resolve();
  };

  readonly resume = (key: string): Promise<Position | undefined> =>
    Promise.resolve(this.positions.get(key));

  readonly message = (level: string, text: string): void => {
    this.messages.push(`${level}: ${text}`);
    this.#wake();
  };

  /** Resolves once `condition` holds. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#wake = resolve);
  }

  /** Gives the signal. */
  stop(): void {
    this.#abort.abort();
  }
}
