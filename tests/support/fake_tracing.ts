/** Tracing that keeps spans instead of sending them. */
import type { Event } from "../../lib/event/event.ts";
import { BatchSpans, type BatchSpansOptions } from "../../lib/trace/batch_spans.ts";
import type { Span, SpanAttributes, SpanOrigin, Tracing } from "../../lib/trace/tracing.ts";

/** A span that was made. */
export class FakeSpan implements Span {
  readonly links: unknown[] = [];
  ended = false;
  failure: string | undefined;

  constructor(
    readonly name: string,
    readonly traceparent: string,
    public attributes: SpanAttributes,
    readonly origin: SpanOrigin,
  ) {}

  setAttributes(attributes: SpanAttributes): void {
    this.attributes = { ...this.attributes, ...attributes };
  }

  link(origins: Iterable<unknown>): void {
    this.links.push(...origins);
  }

  run<T>(work: () => T): T {
    return work();
  }

  end(failure?: string): void {
    if (this.ended) throw new Error(`${this.name} has ended`);
    this.ended = true;
    this.failure = failure;
  }
}

/** Makes such spans. */
export class FakeTracing implements Tracing {
  readonly spans: FakeSpan[] = [];

  start(name: string, attributes: SpanAttributes = {}, origin: SpanOrigin = {}): FakeSpan {
    const number = (this.spans.length + 1).toString(16).padStart(16, "0");
    const span = new FakeSpan(name, `00-${"1".repeat(32)}-${number}-01`, attributes, origin);
    this.spans.push(span);
    return span;
  }

  batches(options: BatchSpansOptions): BatchSpans {
    return new BatchSpans(this, options);
  }

  mark(event: Event, traceparent: string | undefined): Event {
    return traceparent === undefined ? event : { ...event, _trace: traceparent };
  }
}
