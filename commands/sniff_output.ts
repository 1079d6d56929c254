/** Where the sniffer's events go: standard output in the form asked for, and the log. */
import type { Event } from "../lib/event/event.ts";
import { type LogPair, logRecord } from "../lib/event/log_pair.ts";
import type { StdoutSink } from "../lib/event/stdout_sink.ts";
import { fingerprintRecords } from "../lib/sniff/fingerprint_records.ts";
import type { Style } from "../lib/terminal/style.ts";
import { Emitter } from "./emitter.ts";
import { eventLine } from "./event_line.ts";
import { eventWriter } from "./stdout_form.ts";

/** The form of standard output and the other place for events. */
export interface SniffOutputOptions {
  readonly stdout: StdoutSink;
  /** Name of a format, `fingerprints`, or undefined for a line an event for eyes. */
  readonly format: string | undefined;
  readonly style: Style;
  readonly raw: boolean;
  readonly sdId: string | undefined;
  readonly log: LogPair | undefined;
  /** Told once when the log begins to fail. */
  readonly onLogFailure: (error: unknown) => void;
  /** Runs what writes to standard output, which may be the terminal that messages go to. */
  readonly above: (write: () => void) => void;
}

/** Collects events and writes them in batches, because packets bring many at a time. */
export class SniffOutput {
  readonly #options: SniffOutputOptions;
  readonly #write: (event: Event, source: string) => readonly string[];
  readonly #log: Emitter | undefined;
  #batch: { readonly event: Event; readonly source: string }[] = [];

  constructor(options: SniffOutputOptions) {
    this.#options = options;
    this.#write = this.#writer();
    this.#log = options.log && new Emitter(options.log, options.onLogFailure);
  }

  /** Events that the log has not taken. */
  get unwritten(): number {
    return (this.#log?.waiting ?? 0) + (this.#log?.lost ?? 0);
  }

  /** Takes an event of the capture `source`. */
  event(event: Event, source: string): void {
    this.#batch.push({ event, source });
  }

  /** Writes what was taken. @throws {SinkError} when standard output fails */
  flush(): void {
    if (this.#batch.length === 0) return;
    const batch = this.#batch;
    this.#batch = [];
    const { stdout, sdId, above } = this.#options;
    this.#log?.emit(batch.map(({ event }) => logRecord(event, { sdId })));
    const lines = batch.flatMap(({ event, source }) => this.#write(event, source));
    above(() => stdout.append(lines));
  }

  /** Last try to write what the log holds back. */
  finish(): void {
    this.flush();
    this.#log?.flush();
  }

  #writer(): (event: Event, source: string) => readonly string[] {
    const { format, style, raw, sdId } = this.#options;
    if (format === undefined) return (event) => [eventLine(event, style)];
    if (format === "fingerprints") return fingerprintRecords;
    const write = eventWriter(format, { raw, sdId });
    return (event) => [write(event)];
  }
}
