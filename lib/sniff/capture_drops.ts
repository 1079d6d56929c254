/** The event of packets that were lost before the sniffer saw them. */
import { createEvent } from "../event/create.ts";
import { type Event, UNKNOWN_ATTACKER } from "../event/event.ts";

/** What stands for a decoy where the sniffer speaks of itself. */
const SNIFFER_DECKY = "decnet-sniffer";

/** What a live capture has lost. */
export interface CaptureDrops {
  /** Name of the interface. */
  readonly source: string;
  /** Packets since the last event of the kind, and since the capture was opened. */
  readonly fresh: number;
  readonly dropped: number;
}

/**
 * `capture_drops`: who reads nothing of an attacker in the log has to know when that may be why.
 *
 * @param millis time of day in milliseconds since the epoch
 */
export function captureDropsEvent(
  sensor: string,
  millis: number,
  { source, fresh, dropped }: CaptureDrops,
): Event {
  return createEvent({
    time: millis * 1000,
    sensor,
    decky: SNIFFER_DECKY,
    service: "sniffer",
    eventType: "capture_drops",
    // Nobody's address: an event about us must make no attacker.
    attackerIp: UNKNOWN_ATTACKER,
    fields: { interface: source, dropped: fresh, dropped_total: dropped },
    msg: `the kernel dropped ${fresh} packets of ${source}`,
  });
}
