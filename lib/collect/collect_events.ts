/** Events of the collector itself. */
import { createEvent } from "../event/create.ts";
import type { Event, Fields } from "../event/event.ts";
import type { Outage } from "./group_writer.ts";
import type { SourceNotice } from "./source.ts";
import type { CollectCounters } from "./stats.ts";

/** HOSTNAME and APP-NAME of events that are of no decoy. */
const DECKY = "decnet-collector";
const SERVICE = "collector";

/** Codes of a disk that has no room. */
const FULL: ReadonlySet<string> = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);

/** When and where an event is made. */
export interface EventMaker {
  readonly sensor: string;
  /** Microseconds since the epoch. */
  readonly now: number;
}

/** The event of a source's notice. */
export function noticeEvent(notice: SourceNotice, { sensor, now }: EventMaker): Event {
  const { key, origin, kind, detail } = notice;
  const subject = origin.container === undefined ? "source" : "container";
  return createEvent({
    time: now,
    sensor,
    decky: origin.decky ?? DECKY,
    service: origin.service ?? SERVICE,
    eventType: kind === "gap" ? "gap" : `${subject}_${kind}`,
    fields: { stream: key, container: origin.container, ...detail },
  });
}

/** The event that tells of a time without writing. @param clock milliseconds, as the outage has them */
export function outageEvent(
  { path, code, since, attempts, waiting }: Outage,
  clock: number,
  { sensor, now }: EventMaker,
): Event {
  return createEvent({
    time: now,
    sensor,
    decky: DECKY,
    service: SERVICE,
    eventType: FULL.has(code) ? "disk_full" : "disk_error",
    fields: {
      path,
      code,
      seconds: Math.round((clock - since) / 100) / 10,
      attempts,
      records_held: waiting,
    },
  });
}

/** The event of what was done in `seconds`. */
export function statsEvent(
  counts: CollectCounters,
  others: Fields,
  seconds: number,
  { sensor, now }: EventMaker,
): Event {
  return createEvent({
    time: now,
    sensor,
    decky: DECKY,
    service: SERVICE,
    eventType: "collector_stats",
    fields: { seconds, ...counts, ...others },
  });
}
