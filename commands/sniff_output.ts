/** Where the sniffer's events go: standard output in the form asked for, and the log. */
import type { Event } from "../lib/event/event.ts";
import { LogPair, logRecord } from "../lib/event/log_pair.ts";
import type { StdoutSink } from "../lib/event/stdout_sink.ts";
import { fingerprintRecords } from "../lib/sniff/fingerprint_records.ts";
import type { Style } from "../lib/terminal/style.ts";
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
}

/** Collects events and writes them in batches, because packets bring many at a time. */
export class SniffOutput {
  readonly #options: SniffOutputOptions;
  readonly #write: (event: Event, source: string) => readonly string[];
  #waiting: { readonly event: Event; readonly source: string }[] = [];

  constructor(options: SniffOutputOptions) {
    this.#options = options;
    this.#write = this.#writer();
  }

  /** Takes an event of the capture `source`. */
  event(event: Event, source: string): void {
    this.#waiting.push({ event, source });
  }

  /** Writes what was taken. @throws {SinkError} when the log or standard output fails */
  flush(): void {
    if (this.#waiting.length === 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    const { stdout, log, sdId } = this.#options;
    log?.append(waiting.map(({ event }) => logRecord(event, { sdId })));
    stdout.append(waiting.flatMap(({ event, source }) => this.#write(event, source)));
  }

  #writer(): (event: Event, source: string) => readonly string[] {
    const { format, style, raw, sdId } = this.#options;
    if (format === undefined) return (event) => [eventLine(event, style)];
    if (format === "fingerprints") return fingerprintRecords;
    const write = eventWriter(format, { raw, sdId });
    return (event) => [write(event)];
  }
}
