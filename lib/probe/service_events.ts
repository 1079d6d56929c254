/** What the prober says of itself when it runs as a service. */
import { createEvent } from "../event/create.ts";
import { type Event, type Fields, UNKNOWN_ATTACKER } from "../event/event.ts";
import { PROBER_DECKY, PROBER_SERVICE } from "./events.ts";

/** `prober_startup`: what it is set to do. */
export function startupEvent(sensor: string, at: number, fields: Fields): Event {
  return ownEvent(sensor, at, "prober_startup", fields, "prober started");
}

/** `prober_cycle`: what became of a look at the logs. */
export function cycleEvent(sensor: string, at: number, fields: Fields): Event {
  return ownEvent(sensor, at, "prober_cycle", fields, "prober cycle");
}

/** `prober_error`: what keeps it from its work, in words. */
export function errorEvent(sensor: string, at: number, reason: string, about: string): Event {
  return ownEvent(sensor, at, "prober_error", { reason, about }, reason);
}

/** @param at milliseconds since the epoch */
function ownEvent(
  sensor: string,
  at: number,
  eventType: string,
  fields: Fields,
  msg: string,
): Event {
  return createEvent({
    time: at * 1000,
    sensor,
    decky: PROBER_DECKY,
    service: PROBER_SERVICE,
    eventType,
    // Nobody's address: an event about us must make no attacker.
    attackerIp: UNKNOWN_ATTACKER,
    fields,
    msg,
  });
}
