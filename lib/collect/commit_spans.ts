/** Spans of a collector's work: from the first line after a commit until the next one is through. */
import type { Span, Tracing } from "../trace/tracing.ts";
import type { SourceBatch } from "./source.ts";
import { type CollectCounters, countersSince } from "./stats.ts";

/** Streams that a span names. */
const MAX_SOURCES = 32;

/** What is told of the lines of a commit. */
interface OpenSpan {
  readonly span: Span;
  readonly before: CollectCounters;
  readonly sources: Set<string>;
  portions: number;
  bytes: number;
}

/** Makes spans `collect.commit`. */
export class CommitSpans {
  readonly #tracing: Tracing;
  readonly #counters: Readonly<CollectCounters>;
  #open: OpenSpan | undefined;

  /** @param counters of the collector so far */
  constructor(tracing: Tracing, counters: Readonly<CollectCounters>) {
    this.#tracing = tracing;
    this.#counters = counters;
  }

  /** Lines are about to be recorded. @returns traceparent of the span that they belong to */
  take(batch: SourceBatch): string {
    const open = this.#open ??= {
      span: this.#tracing.start("collect.commit"),
      before: { ...this.#counters },
      sources: new Set<string>(),
      portions: 0,
      bytes: 0,
    };
    open.portions++;
    // Only where there is no chunk: a batch of bytes makes its lines when it is asked for them.
    open.bytes += batch.chunk === undefined
      ? batch.lines.reduce((sum, { text }) => sum + text.length, 0)
      : batch.chunk.end - batch.chunk.start;
    if (open.sources.size < MAX_SOURCES) open.sources.add(batch.key);
    return open.span.traceparent;
  }

  /** All lines so far are to be committed. @returns to be called when that is over, with why it failed */
  commit(): (failure?: string) => void {
    const open = this.#open;
    this.#open = undefined;
    if (open === undefined) return () => {};
    const { span, before, sources, portions, bytes } = open;
    const { lines, events, held } = countersSince(this.#counters, before);
    span.setAttributes({ source: [...sources], portions, lines, bytes, events, held });
    return (failure) => span.end(failure);
  }
}
