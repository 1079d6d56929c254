/** What is told of attackers as events. */
import { createEvent } from "../event/create.ts";
import type { Event } from "../event/event.ts";
import { formatTimestamp } from "../event/time.ts";
import type { Aggregate } from "./aggregate.ts";
import { judge } from "./behaviour.ts";
import type { AttackerNews, ProfileStore } from "./profile_store.ts";
import { riskOf } from "./risk.ts";
import { visitsOf } from "./visits.ts";

/** RFC 5424 HOSTNAME and APP-NAME, as DECNET's readers know them. */
const PROFILER = { decky: "decnet-profiler", service: "profiler" } as const;
const CORRELATOR = { decky: "decnet-correlator", service: "correlator" } as const;

/** Decoys that make a traversal. */
const TRAVERSAL_DECKIES = 2;

/** Attackers whose events are made at a time. */
const BATCH = 500;

/** Fingerprint kinds that the attacker itself showed or that were got out of it, for their number. */
function fingerprintCount({ fingerprints }: Aggregate): number {
  return [...fingerprints.values()].reduce((sum, { size }) => sum + size, 0);
}

/** `attacker_scored`: where an attacker stands now. */
export function scoredEvent(sensor: string, address: string, aggregate: Aggregate): Event {
  const { behaviour } = judge(aggregate);
  const risk = riskOf(aggregate, behaviour.class);
  const { services, deckies } = visitsOf(aggregate);
  const fingerprints = fingerprintCount(aggregate);
  const { last } = aggregate.span;
  return createEvent({
    time: last,
    sensor,
    ...PROFILER,
    eventType: "attacker_scored",
    attackerIp: address,
    fields: {
      attacker_ip: address,
      event_count: aggregate.own.count,
      service_count: services.length,
      decky_count: aggregate.deckies.size,
      bounty_count: fingerprints + aggregate.credentials.size,
      credential_count: aggregate.credentials.size,
      is_traversal: deckies.length >= TRAVERSAL_DECKIES,
      risk_score: risk.score,
      behavior_class: behaviour.class,
    },
    msg: `${address} ${behaviour.class}, risk ${risk.score}`,
    // Told again after a failure, it is the same event.
    origin: `${address} ${aggregate.own.count} ${aggregate.evidence.count}`,
  });
}

/** `traversal_detected`: an attacker that came to more decoys than before. */
export function traversalEvent(sensor: string, address: string, aggregate: Aggregate): Event {
  const { first, last, count } = aggregate.own;
  const { deckies } = visitsOf(aggregate);
  const names = deckies.map(({ decky }) => decky);
  return createEvent({
    time: last,
    sensor,
    ...CORRELATOR,
    eventType: "traversal_detected",
    attackerIp: address,
    fields: {
      attacker_ip: address,
      decky_count: aggregate.deckies.size,
      deckies: names,
      first_seen: formatTimestamp(first),
      last_seen: formatTimestamp(last),
      hop_count: count,
      duration_s: Number(((last - first) / 1_000_000).toFixed(3)),
    },
    msg: `${address} on ${aggregate.deckies.size} decoys`,
    origin: `${address} ${count} ${aggregate.deckies.size}`,
  });
}

/**
 * Tells of all attackers with events that have not been told, and remembers that once `tell` has them: after
 * a failure they are told again.
 *
 * @throws {StateError} and whatever `tell` throws
 */
export async function tellNews(
  store: ProfileStore,
  sensor: string,
  tell: (events: readonly Event[]) => void,
): Promise<number> {
  let told = 0;
  const tellSome = (news: readonly AttackerNews[]) => {
    const events = news.flatMap(({ address, aggregate, deckies, toldDeckies }) => {
      const isNews = deckies >= TRAVERSAL_DECKIES && deckies > toldDeckies;
      const scored = scoredEvent(sensor, address, aggregate);
      return isNews ? [scored, traversalEvent(sensor, address, aggregate)] : [scored];
    });
    tell(events);
    told += events.length;
  };
  let after: number | undefined = 0;
  while (after !== undefined) after = await store.takeNews(after, BATCH, tellSome);
  return told;
}
