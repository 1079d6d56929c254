/** What kind of thing an attacker is, by the numbers of what it did. */
import type { Aggregate } from "./aggregate.ts";
import { IntervalStats } from "./interval_stats.ts";
import type { Beacon, Behaviour, BehaviourClass } from "./profile.ts";

/** The class, and the beacon where that is the class. */
export interface Judgement {
  readonly behaviour: Behaviour;
  readonly beacon?: Beacon;
  /** Between the starts of visits. */
  readonly visits: IntervalStats;
}

/** Distinct things that an attacker has touched. */
export interface Reach {
  readonly deckies: number;
  readonly services: number;
  /** Pairs of a decoy and a service. */
  readonly targets: number;
  /** Events beyond knocking. */
  readonly touches: number;
}

/** Decoys on one service that make a sweep; what the sniffer counts too. */
const SWEEP_DECKIES = 5;

/** Attempts that make brute force, as DECNET has it of events. */
const BRUTE_ATTEMPTS = 8;

/** An attempt comes with a connect and a disconnect, perhaps with a banner: more is another thing. */
const EVENTS_AN_ATTEMPT = 4;

/** Commands that make a person or a script at work. */
const COMMANDS = 3;

/** Seconds to read an answer and to type the next command; DECNET's 5 is faster than people type. */
const TYPING_MEAN = 60;

/** What an attacker has touched. */
export function reachOf({ deckies }: Aggregate): Reach {
  const services = new Set<string>();
  let targets = 0;
  let touches = 0;
  for (const decky of deckies.values()) {
    for (const [name, service] of decky.services) {
      services.add(name);
      targets++;
      touches += service.touches;
    }
  }
  return { deckies: deckies.size, services: services.size, targets, touches };
}

/** Judges an attacker. */
export function judge(aggregate: Aggregate): Judgement {
  const all = new IntervalStats();
  const pace = new IntervalStats();
  const visits = new IntervalStats();
  for (const { tally } of aggregate.sources.all()) {
    all.merge(tally.all);
    pace.merge(tally.pace);
    visits.merge(tally.visits);
  }
  const [kind, reason] = classify(aggregate, rhythmOf(aggregate, all, pace), visits);
  const timing = aggregate.own.count < 2 ? undefined : all.stats();
  const visitStats = visits.count < 2 ? undefined : visits.stats();
  const behaviour = {
    class: kind,
    reason,
    ...(timing === undefined ? {} : { timing }),
    ...(visitStats === undefined ? {} : { visits: visitStats }),
  };
  if (kind !== "beaconing") return { behaviour, visits };
  const beacon = {
    interval_s: Number(visits.mean.toFixed(3)),
    jitter_pct: Number((visits.cv * 100).toFixed(2)),
  };
  return { behaviour, beacon, visits };
}

/** Of the times between events: mean in seconds, and coefficient of variation. */
type Rhythm = Pick<IntervalStats, "mean" | "cv">;

/** The rhythm of the events, without the pauses between sessions where there is more than those. */
function rhythmOf({ own }: Aggregate, all: IntervalStats, pace: IntervalStats): Rhythm {
  // Who goes from sensor to sensor leaves few intervals at each: of all together the mean is known.
  if (all.count * 2 < own.count - 1) {
    return { mean: (own.last - own.first) / (own.count - 1) / 1_000_000, cv: 0 };
  }
  return pace.count * 2 >= all.count ? pace : all;
}

function classify(
  aggregate: Aggregate,
  rhythm: Rhythm,
  visits: IntervalStats,
): [BehaviourClass, string] {
  const { attempts, commandCount } = aggregate;
  const recipients = Math.max(aggregate.recipients, aggregate.acceptedRecipients);
  const events = aggregate.own.count;
  const { deckies, services, targets, touches } = reachOf(aggregate);
  const { mean, cv } = rhythm;
  const timing = `mean ${mean.toFixed(3)} s, cv ${cv.toFixed(2)}`;
  if (events < 3) return ["unknown", `${events} events, 3 are needed`];
  if (commandCount >= COMMANDS && mean < TYPING_MEAN && cv >= 0.5) {
    return ["interactive", `${commandCount} commands, ${timing}`];
  }
  if (attempts >= BRUTE_ATTEMPTS && attempts * EVENTS_AN_ATTEMPT >= events) {
    return ["brute_force", `${attempts} attempts to log in among ${events} events`];
  }
  const steady = visits.count >= 3 && visits.cv < 0.35 && visits.mean >= 5;
  // Who comes back to the same is a beacon; who goes on to the next at a steady pace is a scanner, and
  // who leaves mail each time is neither.
  if (steady && targets * 3 <= visits.count + 1 && recipients === 0) {
    const rate = `mean ${visits.mean.toFixed(3)} s, cv ${visits.cv.toFixed(2)}`;
    return ["beaconing", `${visits.count + 1} visits to ${targets} targets, ${rate}`];
  }
  const reach = `${services} services on ${deckies} decoys, ${timing}`;
  const swept = deckies >= SWEEP_DECKIES;
  if ((services >= 2 || swept) && mean >= 10 && events >= 4) return ["slow_scan", reach];
  if ((services >= 3 || swept) && mean < 10 || services >= 2 && mean < 2) {
    // Mail to many and work in a shell touch services too, one after the other.
    if (touches * 2 < events) return ["scanning", reach];
  }
  if (touches > 0 && cv >= 0.5 && mean < 5 && events >= 6 && commandCount > 0) {
    return ["interactive", `${commandCount} commands, ${timing}`];
  }
  return ["mixed", `${events} events, ${attempts} attempts, ${commandCount} commands, ${reach}`];
}
