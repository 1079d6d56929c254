/** Spans of the profiler's work: one of each look at the inputs, and one of each commit in it. */
import type { LogLines } from "../log/item.ts";
import type { Span, Tracing } from "../trace/tracing.ts";
import type { IngestWatch } from "./ingest_watch.ts";
import type { LineCounts } from "./profile_store.ts";

/** Makes spans `profile.run` and, parts of them, `profile.batch`. */
export class IngestSpans implements IngestWatch {
  readonly #tracing: Tracing;
  #run: Span | undefined;
  #batch: Span | undefined;
  #total = { lines: 0, events: 0, attackers: 0, batches: 0 };

  constructor(tracing: Tracing) {
    this.#tracing = tracing;
  }

  /** Traceparent of the look at the inputs that goes on. */
  get traceparent(): string | undefined {
    return this.#run?.traceparent;
  }

  /** A look at the inputs begins. */
  beginRun(): void {
    this.#total = { lines: 0, events: 0, attackers: 0, batches: 0 };
    this.#run = this.#tracing.start("profile.run");
  }

  /** It is over. @param failure why it failed */
  endRun(failure?: string): void {
    this.#batch?.end(failure ?? "not committed");
    this.#batch = undefined;
    this.#run?.setAttributes(this.#total);
    this.#run?.end(failure);
    this.#run = undefined;
  }

  begins(): void {}

  reads(name: string, { origins }: LogLines): void {
    this.#batch ??= this.#tracing.start(
      "profile.batch",
      { log: name },
      { parent: this.traceparent },
    );
    if (origins !== undefined) this.#batch.link(origins);
  }

  committed(
    _name: string,
    _cursor: unknown,
    { lines, events }: Readonly<LineCounts>,
    attackers: number,
  ): void {
    this.#total.lines += lines;
    this.#total.events += events;
    this.#total.attackers += attackers;
    this.#total.batches++;
    this.#batch?.setAttributes({ lines, events, attackers });
    this.#batch?.end();
    this.#batch = undefined;
  }
}
