/** Where the results of `decnet probe` go: standard output in the form asked for, and the log. */
import type { Event } from "../lib/event/event.ts";
import { type LogPair, logRecord } from "../lib/event/log_pair.ts";
import { SinkError } from "../lib/event/sink_error.ts";
import type { StdoutSink } from "../lib/event/stdout_sink.ts";
import type { Style } from "../lib/terminal/style.ts";
import { Emitter } from "./emitter.ts";
import { type HostReport, writeHost } from "./probe_view.ts";
import { eventWriter } from "./stdout_form.ts";

/** The form of standard output and the other places for events. */
export interface OutputOptions {
  readonly stdout: StdoutSink;
  /** Name of a format, or undefined for the readable table. */
  readonly format: string | undefined;
  readonly style: Style;
  readonly raw: boolean;
  readonly sdId: string | undefined;
  readonly log: LogPair | undefined;
  /** Told once when the log begins to fail. */
  readonly onLogFailure: (error: unknown) => void;
  /** Told when standard output begins to fail; without it, that ends the run with a {@linkcode SinkError}. */
  readonly onStdoutFailure?: ((error: SinkError) => void) | undefined;
  /** Runs what writes to standard output, which may be the terminal that messages go to. */
  readonly above: (write: () => void) => void;
}

/** Takes events and host reports. */
export class ProbeOutput {
  readonly #options: OutputOptions;
  readonly #write: ((event: Event) => string) | undefined;
  readonly #log: Emitter | undefined;
  #stdoutFails = false;

  constructor(options: OutputOptions) {
    this.#options = options;
    this.#write = options.format === undefined ? undefined : eventWriter(options.format, options);
    this.#log = options.log && new Emitter(options.log, options.onLogFailure);
  }

  /** Events that the log has not taken. */
  get unwritten(): number {
    return (this.#log?.waiting ?? 0) + (this.#log?.lost ?? 0);
  }

  /** Hands `event` over. @returns false when the log has not taken it yet */
  event(event: Event): boolean {
    if (this.#write !== undefined) this.#print([this.#write(event)]);
    return this.#log?.emit([logRecord(event, { sdId: this.#options.sdId })]) ?? true;
  }

  /**
   * Hands over an event of which a process that died may have written a part: the log gets what it
   * lacks. @returns as {@linkcode ProbeOutput.event}
   */
  eventAgain(event: Event): boolean {
    const { log, sdId, onLogFailure } = this.#options;
    if (this.#write !== undefined) this.#print([this.#write(event)]);
    try {
      log?.appendMissing(logRecord(event, { sdId }), event.event_id);
      return true;
    } catch (error) {
      onLogFailure(error);
      return false;
    }
  }

  /** Shows a host that is through, where the form is the table. */
  host(report: HostReport, evenIfEmpty: boolean): void {
    if (this.#write !== undefined) return;
    const block = writeHost(report, this.#options.style, evenIfEmpty);
    if (block.length > 0) this.#print(block);
  }

  /** Tries to write what the log holds back. @returns true when nothing is left */
  flush(): boolean {
    return this.#log?.flush() ?? true;
  }

  #print(lines: readonly string[]): void {
    const { above, stdout, onStdoutFailure } = this.#options;
    try {
      above(() => stdout.append(lines));
      this.#stdoutFails = false;
    } catch (error) {
      if (!(error instanceof SinkError) || onStdoutFailure === undefined) throw error;
      if (!this.#stdoutFails) onStdoutFailure(error);
      this.#stdoutFails = true;
    }
  }
}
