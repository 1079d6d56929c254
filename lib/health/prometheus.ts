/** Prometheus' text format, version 0.0.4. */
import type { HealthReport } from "./health_report.ts";

/** What a scrape is answered with. */
export const PROMETHEUS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** A report as metrics: `decnet_packets_total{verb="sniff",sensor="edge-1"} 12`. */
export function prometheusText(report: HealthReport): string {
  const { worker, sensor, version, uptime, counters, gauges } = report;
  const labels = `verb="${labelValue(worker)}",sensor="${labelValue(sensor)}"`;
  const lines = [
    "# TYPE decnet_info gauge",
    `decnet_info{${labels},version="${labelValue(version)}"} 1`,
    "# TYPE decnet_uptime_seconds gauge",
    `decnet_uptime_seconds{${labels}} ${uptime}`,
  ];
  for (const [name, value] of Object.entries(counters)) {
    const metric = `decnet_${metricName(name)}_total`;
    lines.push(`# TYPE ${metric} counter`, `${metric}{${labels}} ${value}`);
  }
  for (const [name, value] of Object.entries(gauges)) {
    const metric = `decnet_${metricName(name)}`;
    lines.push(`# TYPE ${metric} gauge`, `${metric}{${labels}} ${value}`);
  }
  return `${lines.join("\n")}\n`;
}

/** `packetsRead` as `packets_read`; what no name may hold becomes `_`. */
function metricName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
    .replace(/[^a-z0-9_]/g, "_");
}

function labelValue(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
}
