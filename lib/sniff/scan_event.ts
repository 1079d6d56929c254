/** The event of a scan. */
import { TRANSPORT } from "../net/transport.ts";
import type { EngineView } from "./engine_view.ts";
import type { ScanReport } from "./scan_report.ts";

/** Reports `scan_detected`: many ports of one host, or one port of many hosts. */
export function reportScan(engine: EngineView, scan: ScanReport): void {
  const { source, firstMicros, lastMicros, attempts, targets, protocol } = scan;
  const spread = scan.kind === "port_scan"
    ? { ports: scan.ports, sample_ports: scan.samplePorts }
    : { hosts: scan.hosts, sample_hosts: scan.sampleHosts };
  engine.reporter.report({
    eventType: "scan_detected",
    micros: lastMicros,
    packet: engine.packetNumber,
    endpoints: {
      source,
      sourcePort: undefined,
      destination: scan.kind === "port_scan" ? scan.destination : scan.sampleHosts[0] ?? "-",
      destinationPort: scan.kind === "port_scan" ? undefined : scan.port,
      transport: protocol === TRANSPORT.udp ? "udp" : "tcp",
      communityId: undefined,
    },
    fields: {
      scan_kind: scan.kind,
      ...spread,
      attempts,
      targets,
      // The time of a capture may run backwards.
      duration_s: Number((Math.max(0, lastMicros - firstMicros) / 1_000_000).toFixed(3)),
    },
    dedup: scan.kind,
  });
}
