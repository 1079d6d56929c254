/** What `decnet sniff` says of itself: what it listens to, and what its sources came to. */
import type { Logger } from "@logtape/logtape";
import type { SourceResult } from "./sniff_session.ts";
import type { LiveSource } from "./sniff_sources.ts";
import type { SniffTally } from "./sniff_tally.ts";
import { kernelLine, sourceLine, statisticsLines } from "./sniff_view.ts";

/** What is told, and where. */
export interface SniffReportOptions {
  readonly messages: Logger;
  /** Whoever has stopped reading events has seen enough. */
  readonly stdout: { readonly closed: boolean };
  readonly tally: SniffTally;
  readonly live: readonly LiveSource[];
  /** Each source for itself; the statistics say the same of a single one. */
  readonly eachSource: boolean;
  /** `--stats`: all counts, in lines for people or as one message for machines. */
  readonly statistics: "text" | "json" | undefined;
}

/** Tells of a run. */
export class SniffReport {
  /** True when a source could not be read to its end. */
  damaged = false;
  readonly #options: SniffReportOptions;

  constructor(options: SniffReportOptions) {
    this.#options = options;
  }

  /** All is open. @param user whom root became */
  begin(user: string | undefined): void {
    const { messages, live } = this.#options;
    if (live.length === 0) return;
    const devices = live.map(({ name }) => name).join(", ");
    if (user === undefined) messages.info("captures on {devices}", { devices });
    else messages.info("captures on {devices} as {user}", { devices, user });
  }

  /** A source is through. */
  source(source: string, { counters, events, damage }: SourceResult): void {
    const { messages, stdout, eachSource } = this.#options;
    const summary = sourceLine(counters, events);
    if (eachSource && !stdout.closed) {
      messages.info("{source}: {summary}", { source, summary, ...counters, events });
    }
    if (damage === undefined) return;
    this.damaged = true;
    messages.error("{source}: {damage}", { source, damage });
  }

  /** A source could not be read at all. */
  unread(error: Error): void {
    this.damaged = true;
    this.#options.messages.error("{reason}", { reason: error.message });
  }

  /** All sources are through. */
  end(): void {
    const { messages, stdout, tally, live, eachSource, statistics } = this.#options;
    if (stdout.closed) return;
    for (const source of eachSource ? live : []) {
      const counters = source.statistics();
      const summary = kernelLine(counters);
      messages.info("{source}: {summary}", { source: source.name, summary, ...counters });
    }
    if (statistics === undefined) return;
    const all = tally.statistics(live);
    if (statistics === "json") messages.info("statistics", { ...all });
    else for (const line of statisticsLines(all)) messages.info("{line}", { line });
  }
}
