/** How a TCP connection went: packets, bytes, pace. */
import type { Flow } from "./flow.ts";
import type { EngineView } from "./engine_view.ts";

/** Shorter flows than this say nothing about pace, unless they retransmitted. */
const MIN_PACKETS = 4;
const MIN_DURATION_MICROS = 1_000_000;

/** Reports `tcp_flow_timing` of a flow that has ended, if there is something to tell. */
export function reportTiming(engine: EngineView, flow: Flow): void {
  const { packets, retransmits, firstMicros, lastMicros } = flow;
  const duration = Math.max(0, lastMicros - firstMicros);
  if (packets < MIN_PACKETS && retransmits === 0 && duration < MIN_DURATION_MICROS) return;
  const { endpoints } = flow;
  engine.reporter.report({
    eventType: "tcp_flow_timing",
    micros: lastMicros,
    packet: engine.packetNumber,
    endpoints,
    fields: {
      packets,
      bytes: flow.payloadBytes,
      duration_s: round(duration / 1_000_000, 3),
      mean_iat_ms: packets > 1 ? round(duration / (packets - 1) / 1000, 2) : 0,
      min_iat_ms: packets > 1 ? round(flow.minGap / 1000, 2) : 0,
      max_iat_ms: round(flow.maxGap / 1000, 2),
      retransmits,
    },
    dedup: `${endpoints.destination} ${endpoints.destinationPort}`,
  });
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
