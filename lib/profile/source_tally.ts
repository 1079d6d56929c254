/**
 * What depends on the order of events, for each input by itself: each input is read in its order, whatever
 * the runs and however they alternate between inputs.
 */
import type { Place } from "./facts.ts";
import { type EncodedIntervals, IntervalStats } from "./interval_stats.ts";
import { type Phase, PHASES } from "./profile.ts";
import { addSampled } from "./sample.ts";

/** A longer pause ends a session, in microseconds: 30 minutes, as web statistics have it. */
export const SESSION_GAP = 30 * 60 * 1_000_000;

/**
 * A longer pause begins a visit, in microseconds. A connection gives several events in a moment, and
 * DECNET's older logs know whole seconds only.
 */
export const VISIT_GAP = 1_000_000;

/** Decoys and services of a session that are kept. */
const MAX_NAMES = 32;

/** Events with no pause between them that is longer than {@linkcode SESSION_GAP}. */
export interface SessionTally {
  /** Of its first event in the order of the input: what it is known by. */
  readonly start: number;
  first: number;
  last: number;
  events: number;
  commands: number;
  readonly deckies: string[];
  readonly services: string[];
  readonly phases: Phase[];
}

/** A session as it is stored; phases by their places in the list. */
export type EncodedSession = readonly [
  start: number,
  first: number,
  last: number,
  events: number,
  commands: number,
  deckies: readonly string[],
  services: readonly string[],
  phases: readonly number[],
];

/** An input's part of an aggregate as it is stored. */
export type EncodedSource = readonly [
  last: number,
  visitStart: number,
  all: EncodedIntervals,
  pace: EncodedIntervals,
  visits: EncodedIntervals,
  session: EncodedSession,
];

/** The events of one attacker in one sensor's part of an input. */
export class SourceTally {
  /** Latest time so far. */
  last: number;
  visitStart: number;
  /** Between each event and the next. */
  all = new IntervalStats();
  /** Those of {@linkcode all} within a session. */
  pace = new IntervalStats(false);
  /** Between the starts of visits. */
  visits = new IntervalStats();
  session: SessionTally;
  /** Where the event before was: most are at the same place. */
  #place: Place | undefined;

  /** @param time of the first event */
  constructor(time: number) {
    this.last = time;
    this.visitStart = time;
    this.session = newSession(time);
  }

  /**
   * Takes an event, also the first.
   *
   * @returns the session that it has ended, if it has
   */
  add(time: number, place: Place, phase: Phase | undefined): SessionTally | undefined {
    let ended: SessionTally | undefined;
    if (this.session.events > 0 || this.all.count > 0) ended = this.#addInterval(time);
    const { session } = this;
    session.events++;
    if (time < session.first) session.first = time;
    if (time > session.last) session.last = time;
    if (place.meaning.command) session.commands++;
    if (phase !== undefined && !session.phases.includes(phase)) session.phases.push(phase);
    if (place === this.#place) return ended;
    this.#place = place;
    addSampled(session.deckies, place.decky, MAX_NAMES);
    addSampled(session.services, place.service, MAX_NAMES);
    return ended;
  }

  #addInterval(time: number): SessionTally | undefined {
    // Clocks of decoys differ a little: what is late came at once.
    const interval = Math.max(0, time - this.last);
    this.all.add(interval);
    if (interval > VISIT_GAP) {
      this.visits.add(time - this.visitStart);
      this.visitStart = time;
    }
    if (time > this.last) this.last = time;
    if (interval <= SESSION_GAP) {
      this.pace.add(interval);
      return undefined;
    }
    const ended = this.session;
    this.session = newSession(time);
    this.#place = undefined;
    return ended;
  }

  /** As it is stored. */
  encode(): EncodedSource {
    return [
      this.last,
      this.visitStart,
      this.all.encode(),
      this.pace.encode(),
      this.visits.encode(),
      encodeSession(this.session),
    ];
  }

  /** What was stored. */
  static decode([last, visitStart, all, pace, visits, session]: EncodedSource): SourceTally {
    const tally = new SourceTally(last);
    tally.visitStart = visitStart;
    tally.all = IntervalStats.decode(all);
    tally.pace = IntervalStats.decode(pace, false);
    tally.visits = IntervalStats.decode(visits);
    tally.session = decodeSession(session);
    return tally;
  }
}

function newSession(time: number): SessionTally {
  return {
    ...{ start: time, first: time, last: time, events: 0, commands: 0 },
    ...{ deckies: [], services: [], phases: [] },
  };
}

/** A session as it is stored. */
export function encodeSession(session: SessionTally): EncodedSession {
  const { start, first, last, events, commands, deckies, services, phases } = session;
  const numbers = phases.map((phase) => PHASES.indexOf(phase));
  return [start, first, last, events, commands, deckies, services, numbers];
}

/** The session that was stored. */
export function decodeSession(encoded: EncodedSession): SessionTally {
  const [start, first, last, events, commands, deckies, services, phases] = encoded;
  return {
    ...{ start, first, last, events, commands },
    deckies: [...deckies],
    services: [...services],
    phases: phases.map((phase) => PHASES[phase]!),
  };
}

/** Orders sessions as they began. */
export function compareSessions(one: SessionTally, other: SessionTally): number {
  if (one.start !== other.start) return one.start - other.start;
  const [text, otherText] = [JSON.stringify(one), JSON.stringify(other)];
  return text < otherText ? -1 : text > otherText ? 1 : 0;
}
