/** Adds one event to the aggregates of its attacker. */
import {
  type Aggregate,
  type DeckyTally,
  emptySpan,
  extend,
  LIMITS,
  type ServiceTally,
  type SpanTally,
} from "./aggregate.ts";
import type { Facts, Place } from "./facts.ts";
import { type Phase, PHASES } from "./profile.ts";
import { addSampled, SampleMap } from "./sample.ts";
import { compareSessions, type SessionTally } from "./source_tally.ts";

const HOUR = 3_600_000_000;

/** Longest command that is kept, in characters. */
const MAX_COMMAND = 1024;

/**
 * Adds an event.
 *
 * @param source number of the input that it was read from
 * @param time microseconds since the epoch
 */
export function addEvent(
  aggregate: Aggregate,
  source: number,
  time: number,
  place: Place,
  facts: Facts,
): void {
  if (place.speaker === "decoy") addOwn(aggregate, source, time, place, facts);
  else addEvidence(aggregate, time, facts);
  for (const fingerprint of facts.fingerprints) addFingerprint(aggregate, time, fingerprint);
  for (const tool of facts.tools) aggregate.tools.set(tool, (aggregate.tools.get(tool) ?? 0) + 1);
}

function addEvidence(aggregate: Aggregate, time: number, facts: Facts): void {
  extend(aggregate.evidence, time);
  aggregate.retransmits += facts.retransmits;
  const { stack, rotation } = facts;
  if (stack !== undefined) {
    const { stacks, hops } = aggregate;
    stacks.set(stack.os, (stacks.get(stack.os) ?? 0) + 1);
    if (stack.hops !== undefined) hops.set(stack.hops, (hops.get(stack.hops) ?? 0) + 1);
  }
  if (rotation !== undefined) {
    aggregate.rotationCount++;
    aggregate.rotations.push({ ...rotation, time });
    aggregate.rotations.sort((one, other) =>
      one.time - other.time || compare(JSON.stringify(one), JSON.stringify(other))
    );
    if (aggregate.rotations.length > LIMITS.rotations) aggregate.rotations.shift();
  }
}

function addOwn(
  aggregate: Aggregate,
  source: number,
  time: number,
  place: Place,
  facts: Facts,
): void {
  const { meaning, eventType } = place;
  extend(aggregate.own, time);
  const { types } = aggregate;
  types.set(eventType, (types.get(eventType) ?? 0) + 1);
  const phase = meaning.attempt && facts.success ? "access" : meaning.phase;
  if (phase !== undefined) addPhase(aggregate, phase, time);
  addVisit(aggregate, time, place, phase);
  const ended = aggregate.sources.of(source, place.sensor, time).add(time, place, phase);
  if (ended !== undefined) addSession(aggregate, ended);
  if (meaning.attempt) {
    aggregate.attempts++;
    if (facts.success) aggregate.successes++;
  }
  addFacts(aggregate, time, place, facts);
}

function addPhase(aggregate: Aggregate, phase: Phase, time: number): void {
  const number = PHASES.indexOf(phase);
  extend(aggregate.phases[number] ??= emptySpan(), time);
}

function addVisit(
  { deckies }: Aggregate,
  time: number,
  { decky, service, meaning }: Place,
  phase: Phase | undefined,
): void {
  let visit = deckies.get(decky);
  if (visit === undefined) {
    visit = { ...emptySpan(), services: new SampleMap(LIMITS.services), hours: new Map() };
    if (!deckies.add(decky, visit)) return;
  }
  extend(visit, time);
  addHour(visit, Math.floor(time / HOUR));
  let contact: ServiceTally | undefined = visit.services.get(service);
  if (contact === undefined) {
    contact = { ...emptySpan(), touches: 0, scans: 0 };
    if (!visit.services.add(service, contact)) return;
  }
  extend(contact, time);
  if (meaning.interaction || phase === "access") contact.touches++;
  else if (phase !== undefined) contact.scans++;
}

function addHour({ hours }: DeckyTally, hour: number): void {
  const known = hours.get(hour);
  hours.set(hour, (known ?? 0) + 1);
  if (known === undefined && hours.size > LIMITS.hours) hours.delete(Math.min(...hours.keys()));
}

/** The latest stay, so that it does not matter in which order inputs were read. */
function addSession(aggregate: Aggregate, session: SessionTally): void {
  aggregate.endedSessions++;
  const { sessions } = aggregate;
  sessions.push(session);
  sessions.sort(compareSessions);
  if (sessions.length > LIMITS.sessions) sessions.shift();
}

function addFacts(aggregate: Aggregate, time: number, place: Place, facts: Facts): void {
  const { command, credential, payload } = facts;
  if (command !== undefined) addCommand(aggregate, time, place, command);
  for (const technique of facts.techniques) {
    const { techniques } = aggregate;
    techniques.set(technique, (techniques.get(technique) ?? 0) + 1);
  }
  if (credential !== undefined) {
    aggregate.credentialCount++;
    const { principal, kind, secret } = credential;
    const empty = () => ({ ...emptySpan(), successes: 0, targets: [] });
    const tally = itemOf(aggregate.credentials, `${principal}\0${kind}\0${secret}`, empty);
    if (tally !== undefined) {
      extend(tally, time);
      if (facts.success) tally.successes++;
      addSampled(tally.targets, `${place.decky}:${place.service}`, LIMITS.targets);
    }
  }
  if (facts.domains.length > 0) addDomains(aggregate, time, place, facts);
  if (facts.large) aggregate.largePayloads++;
  if (payload !== undefined) {
    aggregate.payloadCount++;
    const empty = () => ({ ...emptySpan(), bytes: -1 });
    const tally = itemOf(aggregate.payloads, `${payload.kind}\0${payload.name}`, empty);
    if (tally !== undefined) {
      extend(tally, time);
      tally.bytes = Math.max(tally.bytes, payload.bytes ?? -1);
    }
  }
}

function addCommand(aggregate: Aggregate, time: number, { service }: Place, text: string): void {
  aggregate.commandCount++;
  const command = text.length > MAX_COMMAND ? text.slice(0, MAX_COMMAND) : text;
  const empty = () => ({ ...emptySpan(), services: [] });
  const tally = itemOf(aggregate.commands, command, empty);
  if (tally === undefined) return;
  extend(tally, time);
  addSampled(tally.services, service, LIMITS.targets);
}

/** A decoy that lists what it accepted has told each of those before; some only list. */
function addDomains(aggregate: Aggregate, time: number, place: Place, { domains }: Facts): void {
  const isList = place.eventType === "message_accepted";
  for (const domain of domains) {
    if (isList) aggregate.acceptedRecipients++;
    else aggregate.recipients++;
    const empty = () => ({ ...emptySpan(), named: 0, accepted: 0 });
    const tally = itemOf(aggregate.domains, domain, empty);
    if (tally === undefined) continue;
    extend(tally, time);
    if (isList) tally.accepted++;
    else tally.named++;
  }
}

function addFingerprint({ fingerprints }: Aggregate, time: number, fingerprint: string): void {
  const at = fingerprint.indexOf("\0");
  const kind = fingerprint.slice(0, at);
  let values = fingerprints.get(kind);
  if (values === undefined) {
    fingerprints.set(kind, values = new SampleMap<SpanTally>(LIMITS.fingerprints, false, true));
  }
  const span = itemOf(values, fingerprint.slice(at + 1), emptySpan);
  if (span !== undefined) extend(span, time);
}

/** The item of `key`, made if need be; undefined when it has to stay out. */
function itemOf<V>(map: SampleMap<V>, key: string, make: () => V): V | undefined {
  const known = map.get(key);
  if (known !== undefined) return known;
  const item = make();
  return map.add(key, item) ? item : undefined;
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
