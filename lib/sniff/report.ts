/** Reports what the packet at hand shows of a flow. */
import type { FieldPart } from "../event/joined_event.ts";
import type { EngineView } from "./engine_view.ts";
import type { SniffEventType } from "./event_types.ts";
import type { Flow } from "./flow.ts";

/**
 * True when it is news that the last packet of `flow` shows something: what has to be told by
 * {@linkcode tell} then. Ask once, for it is no news from then on.
 *
 * @param dedup what makes two such sightings the same news
 */
export function isNews(
  engine: EngineView,
  flow: Flow,
  eventType: SniffEventType,
  dedup: string,
): boolean {
  // The time of the packet at hand, or of the flow's last one when it has to make room for another.
  const { lastMicros } = flow;
  return engine.reporter.isNewsOfFlow(flow, eventType, lastMicros, engine.packetNumber, dedup);
}

/** Tells what is news. @param parts of its fields */
export function tell(
  engine: EngineView,
  flow: Flow,
  eventType: SniffEventType,
  parts: readonly FieldPart[],
): void {
  engine.reporter.tellOfFlow(flow, eventType, flow.lastMicros, engine.packetNumber, parts);
}
