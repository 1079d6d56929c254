/** How counts of a collector's run read. */
import type { HealthNumbers } from "../lib/health/health_report.ts";
import type { CollectCounters } from "../lib/collect/stats.ts";

/** What is told of a run beside its counters. */
export interface CollectState {
  readonly streams: number;
  /** Milliseconds by which the last line was late. */
  readonly lag: number;
}

/** `12345 lines, 12000 events, 300 held back, 2 malformed`; what there was none of is left out. */
export function collectSummary(counters: CollectCounters): string {
  const { lines, events, raw, held, dropped, malformed, truncated, repeated, lost } = counters;
  const parts: [count: number, text: string][] = [
    [raw, "raw"],
    [held, "held back"],
    [dropped, "dropped"],
    [malformed, "malformed"],
    [truncated, "cut"],
    [repeated, "written before"],
    [lost, "lost"],
  ];
  return [
    `${lines} ${lines === 1 ? "line" : "lines"}`,
    `${events} ${events === 1 ? "event" : "events"}`,
    ...parts.filter(([count]) => count > 0).map(([count, text]) => `${count} ${text}`),
  ].join(", ");
}

/** The counts for reports of health. */
export function collectHealth(
  counters: CollectCounters,
  { streams, lag }: CollectState,
): HealthNumbers {
  return { counters: { ...counters }, gauges: { streams, lagSeconds: lag / 1000 } };
}

/** `1234 lines/s, 3 streams, lag 0.2 s, ` and the summary. @param seconds since `before` */
export function collectLine(
  counters: CollectCounters,
  before: CollectCounters,
  seconds: number,
  { streams, lag }: CollectState,
): string {
  const rate = seconds > 0 ? Math.round((counters.lines - before.lines) / seconds) : 0;
  return `${rate} lines/s, ${streams} ${streams === 1 ? "stream" : "streams"}, ` +
    `lag ${(lag / 1000).toFixed(1)} s, ${collectSummary(counters)}`;
}
