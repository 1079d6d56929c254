/** Takes what a source gives, and remembers positions as `decnet collect` does: with the lines. */
import type {
  Position,
  SourceBatch,
  SourceContext,
  SourceLine,
  SourceNotice,
} from "../../lib/collect/source.ts";

/** Far beyond what anything takes that is waited for. */
const NEVER_AFTER_MS = 180_000;

/** What a source gave over all its runs. */
export class Recording {
  /** Lines by stream. */
  readonly lines = new Map<string, SourceLine[]>();
  readonly batches: SourceBatch[] = [];
  readonly notices: SourceNotice[] = [];
  readonly messages: string[] = [];
  readonly #positions = new Map<string, Position>();
  #changed: () => void = () => {};

  /** Texts of all lines of all streams, or of one. */
  texts(key?: string): string[] {
    const streams = key === undefined ? [...this.lines.values()] : [this.lines.get(key) ?? []];
    return streams.flat().map(({ text }) => text);
  }

  /** Kinds of notices, in order. */
  kinds(): string[] {
    return this.notices.map(({ kind }) => kind);
  }

  /** Resolves when `enough` says so of what came; asked whenever something did. @throws {Error} when it never does */
  async until(enough: () => boolean): Promise<void> {
    let isLate = false;
    const limit = setTimeout(() => {
      isLate = true;
      this.#changed();
    }, NEVER_AFTER_MS);
    try {
      while (!enough()) {
        if (isLate) throw new Error(`never: ${enough}; ${this.#summary()}`);
        await new Promise<void>((resolve) => this.#changed = resolve);
      }
    } finally {
      clearTimeout(limit);
    }
  }

  #summary(): string {
    const counts = [...this.lines].map(([key, { length }]) => `${key.slice(0, 16)} ${length}`);
    return [...counts, ...this.kinds(), ...this.messages].join(", ").slice(0, 2000);
  }

  /**
   * The context of one run. Once its signal has come, nothing more is remembered: as with a process that was
   * killed, lines and position are there together or not at all.
   *
   * @param write called before lines are taken; what it waits for holds the source back
   */
  context(
    signal: AbortSignal,
    write: (batch: SourceBatch) => Promise<void> | void = () => {},
  ): SourceContext {
    return {
      signal,
      lines: async (batch) => {
        await write(batch);
        if (signal.aborted) return;
        const { key, origin, position } = batch;
        // Their memory is used again.
        const taken = [...batch.lines];
        this.batches.push({ key, origin, lines: taken, position });
        const lines = this.lines.get(key) ?? [];
        for (const line of taken) lines.push(line);
        this.lines.set(key, lines);
        // As a store would: through JSON.
        if (batch.position !== undefined) {
          this.#positions.set(batch.key, JSON.parse(JSON.stringify(batch.position)));
        }
        this.#changed();
      },
      notice: (notice) => {
        if (!signal.aborted) this.notices.push(notice);
        this.#changed();
        return Promise.resolve();
      },
      resume: (key) => Promise.resolve(this.#positions.get(key)),
      message: (level, text) => {
        this.messages.push(`${level}: ${text}`);
        this.#changed();
      },
    };
  }
}
