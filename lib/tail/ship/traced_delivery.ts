/** A delivery of which each batch is a span. */
import type { Span, Tracing } from "../../trace/tracing.ts";
import type { Batch, Delivery } from "./delivery.ts";
import type { ShipCounts } from "./ship_counts.ts";

/** What spans are made of. */
export interface TracedDeliveryOptions {
  readonly tracing: Tracing;
  /** The receiver, without what nobody should see. */
  readonly receiver: string;
  /** Counts failed attempts. */
  readonly counts: Readonly<ShipCounts>;
}

/**
 * Spans `tail.batch`, each from when it is handed over until it has arrived: events, bytes of the lines that
 * they were read from, attempts. They come from the work that made the events; what is sent meanwhile is a
 * part of them.
 */
export class TracedDelivery implements Delivery {
  readonly #inner: Delivery;
  readonly #options: TracedDeliveryOptions;
  /** Spans of what has not arrived, with the failed attempts there had been before. */
  readonly #open = new Map<Span, number>();

  constructor(inner: Delivery, options: TracedDeliveryOptions) {
    this.#inner = inner;
    this.#options = options;
  }

  async send(batch: Batch): Promise<void> {
    const { events, bytes = 0, commit } = batch;
    if (events.length === 0) return await this.#inner.send(batch);
    const { tracing, receiver, counts } = this.#options;
    const origins = events.map(({ _trace }) => _trace);
    const attributes = { receiver, events: events.length, bytes };
    const span = tracing.start("tail.batch", attributes, { origins });
    this.#open.set(span, counts.retries);
    await span.run(() =>
      this.#inner.send({
        ...{ events, bytes, trace: span.traceparent },
        commit: () => {
          this.#end(span, 1);
          commit();
        },
      })
    );
  }

  settle(): Promise<void> {
    return this.#inner.settle();
  }

  close(): void {
    this.#inner.close();
    for (const span of this.#open.keys()) this.#end(span, 0, "it is not known to have arrived");
  }

  #end(span: Span, successes: number, failure?: string): void {
    const retries = this.#options.counts.retries - (this.#open.get(span) ?? 0);
    this.#open.delete(span);
    span.setAttributes({ attempts: retries + successes });
    span.end(failure);
  }
}
