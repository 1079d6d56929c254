/** Where the sniffer's events go: standard output in the form asked for, and the log. */
import type { Event } from "../lib/event/event.ts";
import { writeJsonLine } from "../lib/event/json.ts";
import { JsonBytes } from "../lib/event/json_bytes.ts";
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

/** Writes events in batches, because packets bring many at a time. */
export class SniffOutput {
  readonly #options: SniffOutputOptions;
  readonly #take: (event: Event, source: string) => void;
  readonly #log: Emitter | undefined;
  /** What waits for the next flush: for the log, and for standard output as lines or as their bytes. */
  #events: Event[] = [];
  #lines: string[] = [];
  readonly #bytes = new JsonBytes();

  constructor(options: SniffOutputOptions) {
    this.#options = options;
    this.#take = this.#writer();
    this.#log = options.log && new Emitter(options.log, options.onLogFailure);
  }

  /** Events that the log has not taken. */
  get unwritten(): number {
    return (this.#log?.waiting ?? 0) + (this.#log?.lost ?? 0);
  }

  /** Takes an event of the capture `source`. */
  event(event: Event, source: string): void {
    if (this.#log !== undefined) this.#events.push(event);
    this.#take(event, source);
  }

  /** Writes what was taken. @throws {SinkError} when standard output fails */
  flush(): void {
    const { stdout, sdId, above } = this.#options;
    const events = this.#events;
    if (events.length > 0) {
      this.#events = [];
      this.#log?.emit(events.map((event) => logRecord(event, { sdId })));
    }
    const lines = this.#lines;
    if (lines.length > 0) {
      this.#lines = [];
      above(() => stdout.append(lines));
    }
    if (this.#bytes.length > 0) {
      above(() => stdout.appendBytes(this.#bytes.written));
      this.#bytes.clear();
    }
  }

  /** Last try to write what the log holds back. */
  finish(): void {
    this.flush();
    this.#log?.flush();
  }

  #writer(): (event: Event, source: string) => void {
    const { format, style, raw, sdId } = this.#options;
    if (format === undefined) return (event) => this.#lines.push(eventLine(event, style));
    if (format === "fingerprints") {
      return (event, source) => this.#lines.push(...fingerprintRecords(event, source));
    }
    // What most runs write, by the hundred thousand: no text is made of it.
    if (format === "native" && !raw) return (event) => writeJsonLine(this.#bytes, event);
    const write = eventWriter(format, { raw, sdId });
    return (event) => this.#lines.push(write(event));
  }
}
