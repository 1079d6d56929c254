/** Counts of a probe run: for the summary and for the line of progress. */
import type { HealthNumbers } from "../lib/health/health_report.ts";
import type { Outcome } from "../lib/probe/outcome.ts";
import { formatCounts } from "./probe_view.ts";

/** What a run has done so far. */
export class ProbeTally {
  /** Targets that are through. */
  targets = 0;
  rotations = 0;
  readonly #outcomes = new Map<Outcome, number>();
  readonly #start = performance.now();

  /** Counts one (target, port, probe), or a target that was left out as a whole. */
  count(outcome: Outcome): void {
    this.#outcomes.set(outcome, (this.#outcomes.get(outcome) ?? 0) + 1);
  }

  /** Results by outcome. */
  outcomes(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#outcomes);
  }

  /** The counts for reports of health. */
  numbers(connections: number): HealthNumbers {
    const outcomes = Object.entries(this.outcomes())
      .map(([outcome, count]) => [`outcome_${outcome}`, count] as const);
    return {
      counters: {
        targets: this.targets,
        rotations: this.rotations,
        connections,
        ...Object.fromEntries(outcomes),
      },
      gauges: {},
    };
  }

  /** Seconds since the start. */
  seconds(): number {
    return (performance.now() - this.#start) / 1000;
  }

  /** `3 targets in 1.2 s: 4 ok, 20 refused; 1 rotated`. */
  summary(): string {
    const targets = `${this.targets} ${this.targets === 1 ? "target" : "targets"}`;
    const rotated = this.rotations > 0 ? `; ${this.rotations} rotated` : "";
    const counts = formatCounts(this.#outcomes) || "nothing to probe";
    const seconds = this.seconds();
    const time = seconds < 1 ? `${Math.ceil(seconds * 1000)} ms` : `${seconds.toFixed(1)} s`;
    return `${targets} in ${time}: ${counts}${rotated}`;
  }

  /** `312/1000 targets, 45 fingerprints, 1207 connections, 12 s`. */
  progress(total: number | undefined, connections: number): string {
    const of = total === undefined ? "" : `/${total}`;
    const found = this.#outcomes.get("ok") ?? 0;
    return `${this.targets}${of} targets, ${found} fingerprints, ${connections} connections, ` +
      `${Math.floor(this.seconds())} s`;
  }
}
