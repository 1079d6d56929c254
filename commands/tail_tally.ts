/** What `decnet tail` tells of itself while it follows. */
import type { HealthNumbers } from "../lib/health/health_report.ts";
import { bytesBehind } from "../lib/log/bytes_behind.ts";
import type { LogCursor } from "../lib/log/cursor.ts";
import { REAL_FILES } from "../lib/log/log_files.ts";
import { freshShipCounts } from "../lib/tail/ship/ship_counts.ts";
import type { TailCounts } from "../lib/tail/tail_source.ts";

/** A log whose place is known. */
interface TalliedLog {
  /** Undefined for one that is no file. */
  readonly path: string | undefined;
  /** All before it has been delivered; undefined while that is not known. */
  delivered: LogCursor | undefined;
  /** Events that a hub had more of, when it was asked last. */
  waiting: number;
}

/** Counts a run. */
export class TailTally {
  readonly ship = freshShipCounts();
  readonly #lines: Readonly<TailCounts>;
  readonly #logs = new Map<string, TalliedLog>();
  #events = 0;

  constructor(lines: Readonly<TailCounts>) {
    this.#lines = lines;
  }

  /** There is such a log. @param delivered where it has been delivered to before */
  add(name: string, path: string | undefined, delivered: LogCursor | undefined): void {
    this.#logs.set(name, { path, delivered, waiting: 0 });
  }

  /** Wanted events have been read. */
  read(events: number): void {
    this.#events += events;
  }

  /** Events were printed. */
  printed(events: number): void {
    this.ship.taken += events;
    this.ship.shipped += events;
  }

  /** All of the log before `cursor` has been delivered. */
  delivered(name: string, cursor: LogCursor): void {
    const log = this.#logs.get(name);
    if (log !== undefined) log.delivered = cursor;
  }

  /** A hub has so many events more. */
  waiting(name: string, events: number): void {
    const log = this.#logs.get(name);
    if (log !== undefined) log.waiting = events;
  }

  /** The counts; `lagBytes` of files and `lagEvents` are what has been written and not delivered. */
  numbers(): HealthNumbers {
    const { taken, shipped, batches, retries, refused } = this.ship;
    const { lines, foreign } = this.#lines;
    let lagBytes = 0;
    let waiting = 0;
    for (const log of this.#logs.values()) {
      waiting += log.waiting;
      if (log.path === undefined || log.delivered === undefined) continue;
      lagBytes += bytesBehind(REAL_FILES, log.path, log.delivered) ?? 0;
    }
    return {
      counters: {
        ...{ linesRead: lines, linesForeign: foreign, eventsRead: this.#events },
        ...{ eventsShipped: shipped, batchesShipped: batches, eventsRefused: refused, retries },
      },
      gauges: { lagBytes, lagEvents: taken - shipped + waiting },
    };
  }

  /** The same in a line. */
  status(): string {
    const { counters, gauges } = this.numbers();
    return `${counters["eventsRead"]} events read, ${counters["eventsShipped"]} delivered, ` +
      `${gauges["lagBytes"]} bytes and ${gauges["lagEvents"]} events behind, ` +
      `${counters["retries"]} retries`;
  }
}
