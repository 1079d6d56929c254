/** Reports what the packet at hand shows of a flow. */
import type { EngineView } from "./engine_view.ts";
import type { Flow } from "./flow.ts";
import type { Sighting } from "./reporter.ts";

/**
 * Reports a sighting between the ends of `flow` at the time of its last packet.
 *
 * @param dedup what makes two such sightings the same news
 */
export function report(
  engine: EngineView,
  flow: Flow,
  eventType: string,
  fields: Sighting["fields"],
  dedup: string,
): void {
  engine.reporter.reportFlow({
    eventType,
    // That of the packet at hand, or of the flow's last one when it has to make room for another.
    micros: flow.lastMicros,
    packet: engine.packetNumber,
    fields,
    dedup,
  }, flow);
}
