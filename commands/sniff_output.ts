/** Where the sniffer's events go: standard output in the form asked for, and the log. */
import type { Event } from "../lib/event/event.ts";
import { findFormat } from "../lib/event/formats.ts";
import { LogPair, logRecord } from "../lib/event/log_pair.ts";
import { writeRfc5424 } from "../lib/event/rfc5424_writer.ts";
import type { StdoutSink } from "../lib/event/stdout_sink.ts";
import { fingerprintRecords } from "../lib/sniff/fingerprint_records.ts";
import type { Style } from "../lib/terminal/style.ts";
import { eventLine } from "./event_line.ts";

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
  readonly #write: (event: Event) => readonly string[];
  #source = "";
  #waiting: Event[] = [];

  constructor(options: SniffOutputOptions) {
    this.#options = options;
    this.#write = this.#writer();
  }

  /** Names the capture that the next events come from. */
  from(source: string): void {
    this.flush();
    this.#source = source;
  }

  /** Takes an event. */
  event(event: Event): void {
    this.#waiting.push(event);
  }

  /** Writes what was taken. @throws {SinkError} when the log or standard output fails */
  flush(): void {
    if (this.#waiting.length === 0) return;
    const events = this.#waiting;
    this.#waiting = [];
    const { stdout, log, sdId } = this.#options;
    log?.append(events.map((event) => logRecord(event, { sdId })));
    stdout.append(events.flatMap(this.#write));
  }

  #writer(): (event: Event) => readonly string[] {
    const { format, style, raw, sdId } = this.#options;
    if (format === undefined) return (event) => [eventLine(event, style)];
    if (format === "fingerprints") return (event) => fingerprintRecords(event, this.#source);
    const { write } = findFormat(format)!;
    return (event) => [
      write(event, { sdId, rawLine: raw ? writeRfc5424(event, { sdId }) : undefined }),
    ];
  }
}
