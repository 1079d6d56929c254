/** Messages of syslog senders as batches of lines. */
import { decodeLine } from "./line_text.ts";
import type { Frame } from "../syslog/framer.ts";
import type { Origin, SourceContext, SourceLine } from "./source.ts";

const NOBODY: Origin = { decky: undefined, service: undefined, container: undefined };

/** Hands over the messages of one listener. */
export class SyslogBatcher {
  readonly key: string;
  readonly #context: SourceContext;
  /** Tells the messages of different runs apart. */
  readonly #run = `${Date.now()}`;
  #count = 0;

  constructor(key: string, context: SourceContext) {
    this.key = key;
    this.#context = context;
  }

  /** Hands over `frames`; resolves when they are written. */
  async take(frames: readonly Frame[]): Promise<void> {
    if (frames.length === 0) return;
    const time = Date.now() * 1000;
    const lines = frames.map(({ bytes, truncated }): SourceLine => {
      const line = { text: decodeLine(bytes), time, place: `${this.#run}-${this.#count++}` };
      return truncated ? { ...line, truncated } : line;
    });
    await this.#context.lines({ key: this.key, origin: NOBODY, lines, position: undefined });
  }

  /** Tells that `count` messages were lost. */
  async lost(count: number, reason: string): Promise<void> {
    const detail = { reason, messages: count };
    await this.#context.notice({ key: this.key, origin: NOBODY, kind: "gap", detail });
  }
}
