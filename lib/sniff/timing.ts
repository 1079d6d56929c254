/** How a TCP connection went: packets, bytes, pace. */
import { FieldNames } from "../event/named_fields.ts";
import type { EngineView } from "./engine_view.ts";
import {
  FIRST,
  LAST,
  LONGEST_PAUSE,
  PACKETS,
  PAYLOAD,
  RETRANSMITS,
  SHORTEST_PAUSE,
} from "./flow_record.ts";
import type { FlowTable } from "./flow_table.ts";
import { isNews, tell } from "./report.ts";

/** Shorter flows than this say nothing about pace, unless they retransmitted. */
const MIN_PACKETS = 4;
const MIN_DURATION_MICROS = 1_000_000;

const TIMING = new FieldNames(
  ...["packets", "bytes", "duration_s", "mean_iat_ms", "min_iat_ms", "max_iat_ms"],
  "retransmits",
);

/** Reports `tcp_flow_timing` of the flow at `record`, which has ended, if there is something to tell. */
export function reportTiming(engine: EngineView, flows: FlowTable, record: number): void {
  const { words, doubles } = flows;
  const packets = words[record + PACKETS]!;
  const retransmits = words[record + RETRANSMITS]!;
  const duration = Math.max(
    0,
    doubles[record + LAST >> 1]! - doubles[record + FIRST >> 1]!,
  );
  if (packets < MIN_PACKETS && retransmits === 0 && duration < MIN_DURATION_MICROS) return;
  const flow = flows.glance(record);
  if (!isNews(engine, flow, "tcp_flow_timing", `${flow.destinationPort}`)) return;
  tell(engine, flow, "tcp_flow_timing", [TIMING.of(
    packets,
    doubles[record + PAYLOAD >> 1]!,
    round(duration / 1_000_000, 3),
    packets > 1 ? round(duration / (packets - 1) / 1000, 2) : 0,
    packets > 1 ? round(words[record + SHORTEST_PAUSE]! / 1000, 2) : 0,
    round(words[record + LONGEST_PAUSE]! / 1000, 2),
    retransmits,
  )]);
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
