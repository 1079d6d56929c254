/** Lines of decoys about one attacker, for tests of profiles. */
import { Aggregate } from "../../lib/profile/aggregate.ts";
import { addEvent } from "../../lib/profile/add_event.ts";
import { factsOf, type Place } from "../../lib/profile/facts.ts";
import { meaningOf, speakerOf } from "../../lib/profile/vocabulary.ts";

/** An event, `at` seconds after the first. */
export interface MadeEvent {
  readonly at: number;
  readonly type: string;
  readonly service?: string;
  readonly decky?: string;
  readonly sensor?: string;
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** Microseconds of second 0. */
export const START = 1_788_256_800_000_000;

/** The aggregates of an attacker who did all that. */
export function aggregateOf(events: readonly MadeEvent[]): Aggregate {
  const aggregate = new Aggregate();
  for (const event of events) {
    const { at, type, service = "ssh", decky = "web-01", sensor = "-", fields = {} } = event;
    const place: Place = {
      ...{ decky, service, eventType: type, sensor },
      speaker: speakerOf(decky, service),
      meaning: meaningOf(type),
    };
    addEvent(aggregate, 1, START + at * 1_000_000, place, factsOf(place, fields));
  }
  return aggregate;
}

/** `count` events, `gap` seconds apart. */
export function every(gap: number, count: number, event: Omit<MadeEvent, "at">): MadeEvent[] {
  return Array.from({ length: count }, (_, index) => ({ ...event, at: index * gap }));
}
