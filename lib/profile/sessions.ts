/** The sessions of an attacker, those that have ended and those that may go on. */
import { formatTimestamp } from "../event/time.ts";
import { type Aggregate, LIMITS } from "./aggregate.ts";
import type { Session } from "./profile.ts";
import { compareSessions, type SessionTally } from "./source_tally.ts";

/** The latest sessions, oldest first, and how many there were. */
export function sessionsOf(
  { sessions, endedSessions, sources }: Aggregate,
): { readonly sessions: Session[]; readonly count: number } {
  const open = sources.all().map(({ tally }) => tally.session);
  const all = [...sessions, ...open].sort(compareSessions);
  return {
    sessions: all.slice(-LIMITS.sessions).map(sessionOf),
    count: endedSessions + open.length,
  };
}

function sessionOf(tally: SessionTally): Session {
  const { first, last, events, commands, deckies, services, phases } = tally;
  return {
    first_seen: formatTimestamp(first),
    last_seen: formatTimestamp(last),
    duration_s: Number(((last - first) / 1_000_000).toFixed(3)),
    events,
    deckies: [...deckies].sort(),
    services: [...services].sort(),
    phases,
    commands,
  };
}
