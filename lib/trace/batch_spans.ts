/** Spans of work that comes in many small batches: those that come soon after each other share one. */
import type { Span, SpanAttributes, Tracing } from "./tracing.ts";

/** Milliseconds from the begin of a span after which it takes no further batch. */
const SPAN_MS = 100;

/** What is counted, by name. */
export type BatchCounts = Readonly<Record<string, number>>;

/** What spans are made of. */
export interface BatchSpansOptions {
  readonly name: string;
  /** The same for each of them. */
  readonly attributes?: SpanAttributes;
  /** What has been counted so far; a span tells what was added to it meanwhile. */
  readonly counts: () => BatchCounts;
}

/** Makes a span of batches. */
export class BatchSpans {
  /** Traceparent of the span of the batch under way, or of the last one; undefined before the first. */
  traceparent: string | undefined;
  readonly #tracing: Pick<Tracing, "start">;
  readonly #options: BatchSpansOptions;
  #span: Span | undefined;
  #startedAt = 0;
  #before: BatchCounts = {};
  #batches = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(tracing: Pick<Tracing, "start">, options: BatchSpansOptions) {
    this.#tracing = tracing;
    this.#options = options;
  }

  /** A batch begins. */
  begin(): void {
    if (this.#span === undefined) {
      const { name, attributes, counts } = this.#options;
      this.#before = counts();
      this.#startedAt = performance.now();
      this.#span = this.#tracing.start(name, attributes);
      this.traceparent = this.#span.traceparent;
    }
    this.#batches++;
  }

  /** The batch is through. */
  end(): void {
    const left = this.#startedAt + SPAN_MS - performance.now();
    if (left <= 0) return this.close();
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => this.close(), left);
    Deno.unrefTimer(this.#timer);
  }

  /** Ends the span that is open. @param failure why the work failed */
  close(failure?: string): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const span = this.#span;
    if (span === undefined) return;
    this.#span = undefined;
    const before = this.#before;
    const added = Object.entries(this.#options.counts())
      .map(([name, count]) => [name, count - (before[name] ?? 0)] as const);
    span.setAttributes({ ...Object.fromEntries(added), batches: this.#batches });
    this.#batches = 0;
    span.end(failure);
  }
}
