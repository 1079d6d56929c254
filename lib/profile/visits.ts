/** Where an attacker has been: decoys in order of first contact, and services. */
import type { Aggregate, ServiceTally, SpanTally } from "./aggregate.ts";
import type { DeckyVisit, ServiceVisit } from "./profile.ts";
import { formatTimestamp } from "../event/time.ts";

/** The decoys and services of an attacker; a service of which there is only noise is left out. */
export function visitsOf(
  { deckies }: Aggregate,
): { readonly deckies: DeckyVisit[]; readonly services: ServiceVisit[] } {
  const byService = new Map<string, ServiceTally>();
  const visits = [...deckies].sort(([name, one], [otherName, other]) =>
    one.first - other.first || (name < otherName ? -1 : 1)
  ).map(([decky, visit]): DeckyVisit => {
    for (const [service, tally] of visit.services) addService(byService, service, tally);
    return {
      decky,
      ...seen(visit),
      events: visit.count,
      services: [...visit.services.keys()].sort(),
    };
  });
  const services = [...byService].sort(([one], [other]) => one < other ? -1 : 1)
    .filter(([, { touches, scans }]) => touches + scans > 0)
    .map(([service, tally]): ServiceVisit => ({
      service,
      contact: tally.touches > 0 ? "interacted" : "scanned",
      ...seen(tally),
      events: tally.count,
    }));
  return { deckies: visits, services };
}

function addService(
  services: Map<string, ServiceTally>,
  name: string,
  { first, last, count, touches, scans }: ServiceTally,
): void {
  const known = services.get(name);
  services.set(
    name,
    known === undefined ? { first, last, count, touches, scans } : {
      first: Math.min(known.first, first),
      last: Math.max(known.last, last),
      count: known.count + count,
      touches: known.touches + touches,
      scans: known.scans + scans,
    },
  );
}

function seen({ first, last }: SpanTally) {
  return { first_seen: formatTimestamp(first), last_seen: formatTimestamp(last) };
}
