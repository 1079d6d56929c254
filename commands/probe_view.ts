/** How `decnet probe` shows hosts on a terminal. */
import type { Measurement } from "../lib/probe/port_visit.ts";
import type { Outcome } from "../lib/probe/outcome.ts";
import { WHOLE_HOST } from "../lib/probe/probe.ts";
import type { TargetVisit } from "../lib/probe/run.ts";
import type { Rotation } from "../lib/probe/rotation.ts";
import { escapeForTerminal } from "../lib/terminal/escape.ts";
import type { Style } from "../lib/terminal/style.ts";

/** What is known about one host when it is through. */
export interface HostReport {
  readonly visit: TargetVisit;
  readonly measurements: readonly Measurement[];
  readonly rotations: readonly Rotation[];
}

const PORT_WIDTH = 11;
const LABEL_WIDTH = 9;

/**
 * The block of lines for a host: what was found, what has changed, and how many ports gave nothing.
 * Hosts that gave nothing at all have no block unless `evenIfEmpty`.
 */
export function writeHost(report: HostReport, style: Style, evenIfEmpty: boolean): string[] {
  const { target, skipped } = report.visit;
  const lines = portsOf(report).flatMap((port) => portLines(report, port, style));
  if (lines.length === 0 && !evenIfEmpty) return [];
  const rest = skipped === undefined
    ? countMisses(report.measurements)
    : `${skipped.outcome}: ${skipped.detail ?? ""}`;
  const host = escapeForTerminal(target.host);
  const title = target.named && target.address !== target.host
    ? `${style.bold(host)} (${target.address})`
    : style.bold(host);
  return [title, ...lines, ...(rest === "" ? [] : [`  ${style.dim(rest)}`]), ""];
}

/** Ports of which there is something to show, ascending. */
function portsOf({ measurements }: HostReport): number[] {
  const found = measurements.filter(({ result }) => result.outcome === "ok");
  return [...new Set(found.map(({ port }) => port))].sort((a, b) => a - b);
}

/** What was found on one port, and what has changed there; the port stands in the first line. */
function portLines({ measurements, rotations }: HostReport, port: number, style: Style): string[] {
  const rows: [label: string, text: string][] = [];
  for (const measurement of measurements) {
    if (measurement.port !== port || measurement.result.outcome !== "ok") continue;
    for (const [label, text] of measurement.result.lines) {
      rows.push([label, escapeForTerminal(text)]);
    }
  }
  for (const { sighting, oldHash, oldLastSeen, count } of rotations) {
    if (sighting.port !== port) continue;
    const text = `${sighting.probe} was ${oldHash} until ${oldLastSeen} (change ${count})`;
    rows.push(["rotated", style.yellow(text)]);
  }
  return rows.map(([label, text], index) => {
    const place = port === WHOLE_HOST ? "host" : `${port}/tcp`;
    const name = (index === 0 ? place : "").padEnd(PORT_WIDTH);
    return `  ${style.cyan(name)}${style.dim(label.padEnd(LABEL_WIDTH))}${text}`;
  });
}

/** `13 refused, 1 timeout`: ports, not probes, that ended without a fingerprint. */
function countMisses(measurements: readonly Measurement[]): string {
  const found = new Set<number>();
  const missed = new Map<number, Outcome>();
  for (const { port, result } of measurements) {
    if (result.outcome === "ok") found.add(port);
    else missed.set(port, result.outcome);
  }
  const counts = new Map<Outcome, number>();
  for (const [port, outcome] of missed) {
    if (!found.has(port)) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  }
  return formatCounts(counts);
}

/** `13 refused, 1 timeout`, most first. */
export function formatCounts(counts: ReadonlyMap<Outcome, number>): string {
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([outcome, count]) => `${count} ${outcome}`)
    .join(", ");
}
