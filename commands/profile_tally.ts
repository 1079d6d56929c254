/** What `decnet profile --watch` tells of itself. */
import type { HealthNumbers } from "../lib/health/health_report.ts";
import { bytesBehind } from "../lib/log/bytes_behind.ts";
import { BEGINNING, type LogCursor } from "../lib/log/cursor.ts";
import type { LogLines } from "../lib/log/item.ts";
import { REAL_FILES } from "../lib/log/log_files.ts";
import { addLines, noLines } from "../lib/profile/ingest.ts";
import type { IngestWatch } from "../lib/profile/ingest_watch.ts";
import type { LineCounts } from "../lib/profile/profile_store.ts";

/** Counts a run. */
export class ProfileTally implements IngestWatch {
  /** Looks at the inputs. */
  looks = 0;
  readonly #lines = noLines();
  readonly #cursors = new Map<string, LogCursor>();
  /** Messages that a hub had more of, when it was asked last. */
  readonly #pending = new Map<string, number>();
  #attackers = 0;
  #commits = 0;

  begins(name: string, cursor: LogCursor | undefined): void {
    this.looks++;
    this.#cursors.set(name, cursor ?? BEGINNING);
  }

  reads(name: string, { pending }: LogLines): void {
    if (pending !== undefined) this.#pending.set(name, pending);
  }

  committed(
    name: string,
    cursor: LogCursor | undefined,
    counts: Readonly<LineCounts>,
    attackers: number,
  ): void {
    if (cursor !== undefined) this.#cursors.set(name, cursor);
    addLines(this.#lines, counts);
    this.#attackers += attackers;
    this.#commits++;
  }

  /** The counts; attackers count once for each commit that touches them. */
  numbers(): HealthNumbers {
    const { lines, events, malformed, no_attacker, own } = this.#lines;
    let lagBytes = 0;
    for (const [name, cursor] of this.#cursors) {
      if (name.startsWith("/")) lagBytes += bytesBehind(REAL_FILES, name, cursor) ?? 0;
    }
    const lagEvents = this.#pending.values().reduce((sum, events) => sum + events, 0);
    return {
      counters: {
        ...{ looks: this.looks, linesRead: lines, events, malformed, noAttacker: no_attacker, own },
        ...{ attackersTouched: this.#attackers, commits: this.#commits },
      },
      gauges: { lagBytes, lagEvents },
    };
  }

  /** The same in a line. */
  status(): string {
    const { counters, gauges } = this.numbers();
    return `${counters["events"]} events of ${counters["linesRead"]} lines, ` +
      `${counters["attackersTouched"]} attackers touched, ` +
      `${gauges["lagBytes"]} bytes and ${gauges["lagEvents"]} events behind`;
  }
}
