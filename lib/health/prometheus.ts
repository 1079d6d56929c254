/** Prometheus' text format, version 0.0.4. */
import type { HealthReport } from "./health_report.ts";
import { metricHelp } from "./metric_help.ts";

/** What a scrape is answered with. */
export const PROMETHEUS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** A report as metrics, each described and named once: `decnet_packets_total{verb="sniff",sensor="edge-1"} 12`. */
export function prometheusText(report: HealthReport): string {
  const { worker, sensor, version, uptime, counters, gauges } = report;
  const labels = `verb="${labelValue(worker)}",sensor="${labelValue(sensor)}"`;
  const names = new Set<string>();
  let text = "";
  const add = (name: string, type: string, help: string, value: number, more = "") => {
    // A second metric of a name would make all of them unreadable.
    if (names.has(name)) return;
    names.add(name);
    text += `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n` +
      `${name}{${labels}${more}} ${numberText(value)}\n`;
  };
  const versionLabel = `,version="${labelValue(version)}"`;
  add("decnet_info", "gauge", "The version that runs.", 1, versionLabel);
  add("decnet_uptime_seconds", "gauge", "Time since the start.", uptime);
  for (const [name, value] of Object.entries(counters)) {
    add(`decnet_${metricName(name)}_total`, "counter", metricHelp(name), value);
  }
  for (const [name, value] of Object.entries(gauges)) {
    add(`decnet_${metricName(name)}`, "gauge", metricHelp(name), value);
  }
  return text;
}

/** `packetsRead` as `packets_read`; what no name may hold becomes `_`. */
function metricName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
    .replace(/[^a-z0-9_]/g, "_");
}

function labelValue(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
}

/** As Go writes what is no finite number. */
function numberText(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
}
