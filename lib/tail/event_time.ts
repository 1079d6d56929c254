/** When an event happened. */
import type { Event } from "../event/event.ts";
import { parseTimestamp } from "../event/time.ts";

/** Microseconds since the epoch; every event that was read has a time. */
export function timeOf(event: Event): number {
  return parseTimestamp(event.timestamp) ?? 0;
}
