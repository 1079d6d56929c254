/** What the prober says of itself when it runs as a service. */
import { createEvent } from "../event/create.ts";
import { type Event, type Fields, type FieldValue, UNKNOWN_ATTACKER } from "../event/event.ts";
import { PROBER_DECKY, PROBER_SERVICE } from "./events.ts";
import type { Cycle } from "./service.ts";

/** A service that has nothing to do says that it is alive no more often than that. */
const IDLE_MS = 3_600_000;

/** `prober_startup`: what it is set to do. */
export function startupEvent(
  sensor: string,
  at: number,
  fields: Readonly<Record<string, FieldValue | undefined>>,
): Event {
  return ownEvent(sensor, at, "prober_startup", fields, "prober started");
}

/** `prober_error`: what keeps it from its work, in words. */
export function errorEvent(sensor: string, at: number, reason: string, about: string): Event {
  return ownEvent(sensor, at, "prober_error", { reason, about }, reason);
}

/** What a prober has done since it was started. */
export interface WorkCounts {
  /** Targets. */
  readonly done: number;
  readonly rotated: number;
  readonly connections: number;
  readonly outcomes: Readonly<Record<string, number>>;
}

/** Makes `prober_cycle` events out of counts that only grow. */
export class CycleCounter {
  readonly #counts: () => WorkCounts;
  #before: WorkCounts;
  #lines = 0;
  #toldAt = -Infinity;

  constructor(counts: () => WorkCounts) {
    this.#counts = counts;
    this.#before = counts();
  }

  /**
   * What became of a look at the logs; undefined when that is nothing, and this was said lately.
   *
   * @param at milliseconds since the epoch
   */
  event(sensor: string, at: number, cycle: Cycle): Event | undefined {
    const now = this.#counts();
    const { done, connections } = now;
    this.#lines += cycle.lines;
    const isIdle = done === this.#before.done && connections === this.#before.connections &&
      cycle.sightings + cycle.targets + cycle.waiting + cycle.forgotten === 0;
    // A clock that was set back would keep it quiet for as long.
    if (isIdle && at >= this.#toldAt && at - this.#toldAt < IDLE_MS) return undefined;
    const fields = cycleFields({ ...cycle, lines: this.#lines }, this.#before, now);
    this.#before = now;
    this.#lines = 0;
    this.#toldAt = at;
    return ownEvent(sensor, at, "prober_cycle", fields, "prober cycle");
  }
}

/** Outcomes under names of their own, so that jq can sum them. */
function cycleFields(cycle: Cycle, before: WorkCounts, now: WorkCounts): Fields {
  const outcomes = Object.entries(now.outcomes)
    .map(([name, count]) => [`outcome_${name}`, count - (before.outcomes[name] ?? 0)] as const)
    .filter(([, count]) => count > 0);
  return {
    lines: cycle.lines,
    sightings: cycle.sightings,
    targets_started: cycle.targets,
    targets_done: now.done - before.done,
    targets_waiting: cycle.waiting,
    targets_known: cycle.known,
    targets_forgotten: cycle.forgotten,
    rotated: now.rotated - before.rotated,
    connections: now.connections - before.connections,
    ...Object.fromEntries(outcomes),
  };
}

/** @param at milliseconds since the epoch */
function ownEvent(
  sensor: string,
  at: number,
  eventType: string,
  fields: Readonly<Record<string, FieldValue | undefined>>,
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
