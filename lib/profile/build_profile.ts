/** The record of an attacker, out of its aggregates. */
import { formatTimestamp } from "../event/time.ts";
import { type Aggregate, LIMITS, type SpanTally } from "./aggregate.ts";
import { judge, type Judgement } from "./behaviour.ts";
import { secretHash, secretText } from "./credential.ts";
import { CREDENTIAL_TRAIT } from "./marks.ts";
import {
  type CommandUse,
  type Counted,
  type CredentialUse,
  FINGERPRINT_KINDS,
  type FingerprintSeen,
  type HourCell,
  type Origin,
  type PayloadSeen,
  type Phase,
  PHASES,
  type PhaseSpan,
  type Profile,
  type Sample,
  type SeenSpan,
  type StackGuess,
  type Technique,
  type VictimDomain,
} from "./profile.ts";
import { riskOf } from "./risk.ts";
import type { SampleMap } from "./sample.ts";
import { sessionsOf } from "./sessions.ts";
import { ACCOUNTS_TECHNIQUE, GUESSING_TECHNIQUE } from "./technique_rules.ts";
import { techniqueOf, techniquesOf } from "./techniques.ts";
import { toolGuesses } from "./tool_guesses.ts";
import { visitsOf } from "./visits.ts";

/** What a record may hold besides the attacker's own aggregates. */
export interface ProfileOptions {
  /** True to show the secrets of credentials. @default {false} */
  readonly secrets?: boolean;
  /** How many attackers have a trait, without it nothing is said of others. */
  readonly sharedBy?: (kind: string, text: string) => number;
  readonly origin?: Origin | undefined;
  readonly ptr?: string | undefined;
}

const HOUR = 3_600_000_000;

/** Attempts from which on somebody guesses passwords. */
const GUESSES = 8;

/** Phases in which something is done, after looking around. */
const ACTION_PHASES: readonly Phase[] = ["execution", "delivery", "exfiltration"];

/** The record of the attacker at `address`. */
export function buildProfile(
  address: string,
  aggregate: Aggregate,
  options: ProfileOptions = {},
): Profile {
  const judgement = judge(aggregate);
  const visits = visitsOf(aggregate);
  const { sessions, count: sessionCount } = sessionsOf(aggregate);
  const recon = reconToAction(aggregate);
  const stack = stackOf(aggregate);
  return {
    profile: 1,
    attacker_ip: address,
    ...seen(aggregate.span),
    events: aggregate.own.count,
    evidence: aggregate.evidence.count,
    event_types: countedTypes(aggregate.types),
    deckies: visits.deckies,
    decky_count: aggregate.deckies.size,
    ...(visits.deckies.length > 1 ? { traversal_path: visits.deckies.map(nameOfDecky) } : {}),
    services: visits.services,
    scanned: visits.services.filter(({ contact }) => contact === "scanned").map(nameOfService),
    interacted: visits.services.filter(({ contact }) => contact !== "scanned").map(nameOfService),
    phases: phasesOf(aggregate),
    ...(recon === undefined ? {} : { recon_to_action_s: recon }),
    sessions,
    session_count: sessionCount,
    behaviour: judgement.behaviour,
    ...(judgement.beacon === undefined ? {} : { beacon: judgement.beacon }),
    tools: toolGuesses(aggregate, judgement.visits),
    techniques: techniqueCounts(aggregate),
    commands: commandsOf(aggregate),
    credentials: credentialsOf(aggregate, options),
    victim_domains: domainsOf(aggregate),
    fingerprints: fingerprintsOf(aggregate, options),
    rotations: aggregate.rotations.map((rotation) => ({
      time: formatTimestamp(rotation.time),
      probe_type: rotation.probeType,
      port: rotation.port,
      old_hash: rotation.oldHash,
      new_hash: rotation.newHash,
    })),
    rotation_count: aggregate.rotationCount,
    payloads: payloadsOf(aggregate),
    large_payloads: aggregate.largePayloads,
    ...(stack === undefined ? {} : { stack }),
    timeline: timelineOf(aggregate),
    risk: riskOf(aggregate, classOf(judgement)),
    ...(options.origin === undefined ? {} : { origin: options.origin }),
    ...(options.ptr === undefined ? {} : { ptr: options.ptr }),
  };
}

function classOf({ behaviour }: Judgement) {
  return behaviour.class;
}

/** The times of a span. */
export function seen({ first, last }: Pick<SpanTally, "first" | "last">): SeenSpan {
  return { first_seen: formatTimestamp(first), last_seen: formatTimestamp(last) };
}

const nameOfDecky = ({ decky }: { readonly decky: string }) => decky;
const nameOfService = ({ service }: { readonly service: string }) => service;

function countedTypes(types: SampleMap<number>): Counted[] {
  return [...types].map(([name, count]) => ({ name, count }))
    .sort((one, other) => other.count - one.count || compare(one.name, other.name));
}

function phasesOf({ phases }: Aggregate): PhaseSpan[] {
  return PHASES.flatMap((phase, number) => {
    const span = phases[number];
    return span === undefined ? [] : [{ phase, ...seen(span), events: span.count }];
  });
}

function reconToAction(aggregate: Aggregate): number | undefined {
  const recon = aggregate.phase("reconnaissance");
  const starts = ACTION_PHASES.flatMap((phase) => aggregate.phase(phase)?.first ?? []);
  if (recon === undefined || starts.length === 0) return undefined;
  const micros = Math.min(...starts) - recon.last;
  return micros < 0 ? undefined : Number((micros / 1_000_000).toFixed(3));
}

function techniqueCounts(aggregate: Aggregate): Technique[] {
  const counts = new Map(aggregate.techniques);
  const { attempts, successes } = aggregate;
  if (attempts >= GUESSES) counts.set(GUESSING_TECHNIQUE.id, attempts);
  if (successes > 0) counts.set(ACCOUNTS_TECHNIQUE.id, successes);
  return [...counts].flatMap(([id, count]) => {
    const rule = techniqueOf(id);
    return rule === undefined ? [] : [{ id, name: rule.name, tactic: rule.tactic, count }];
  }).sort((one, other) => other.count - one.count || compare(one.id, other.id));
}

function commandsOf(aggregate: Aggregate): Sample<CommandUse> {
  return sampleOf(aggregate.commands, aggregate.commandCount, (command, tally) => {
    const techniques = techniquesOf(command);
    return {
      command,
      ...(command.length >= 1024 ? { truncated: true as const } : {}),
      ...seen(tally),
      count: tally.count,
      ...(techniques.length > 0 ? { techniques } : {}),
      services: [...tally.services].sort(compare),
    };
  });
}

function credentialsOf(aggregate: Aggregate, options: ProfileOptions): Sample<CredentialUse> {
  return sampleOf(aggregate.credentials, aggregate.credentialCount, (key, tally) => {
    const [principal = "", kind = ""] = key.split("\0", 2);
    // What follows may hold a NUL of its own, see credential.ts.
    const secret = key.slice(principal.length + kind.length + 2);
    const attackers = options.sharedBy?.(CREDENTIAL_TRAIT, key) ?? 1;
    return {
      principal,
      kind,
      secret_sha256: secretHash(secret),
      ...(options.secrets === true ? { secret: secretText(secret) } : {}),
      ...seen(tally),
      attempts: tally.count,
      successes: tally.successes,
      targets: [...tally.targets].sort(compare),
      ...(attackers > 1 ? { attackers } : {}),
    };
  });
}

function domainsOf(aggregate: Aggregate): Sample<VictimDomain> {
  const total = Math.max(aggregate.recipients, aggregate.acceptedRecipients);
  return sampleOf(aggregate.domains, total, (domain, tally) => ({
    domain,
    ...seen(tally),
    recipients: Math.max(tally.named, tally.accepted),
  }));
}

function payloadsOf(aggregate: Aggregate): Sample<PayloadSeen> {
  return sampleOf(aggregate.payloads, aggregate.payloadCount, (key, tally) => {
    const at = key.indexOf("\0");
    return {
      name: key.slice(at + 1),
      kind: key.slice(0, at) as PayloadSeen["kind"],
      ...(tally.bytes >= 0 ? { bytes: tally.bytes } : {}),
      ...seen(tally),
      count: tally.count,
    };
  });
}

function sampleOf<T extends SpanTally, R>(
  map: SampleMap<T>,
  total: number,
  make: (key: string, tally: T) => R,
): Sample<R> {
  const items = [...map]
    .sort(([key, one], [otherKey, other]) => one.first - other.first || compare(key, otherKey))
    .map(([key, tally]) => make(key, tally));
  return { items, truncated: map.truncated, total };
}

function fingerprintsOf(aggregate: Aggregate, { sharedBy }: ProfileOptions): FingerprintSeen[] {
  return FINGERPRINT_KINDS.flatMap((kind) => {
    const values = aggregate.fingerprints.get(kind);
    if (values === undefined) return [];
    return [...values]
      .sort(([value, one], [otherValue, other]) =>
        one.first - other.first || compare(value, otherValue)
      )
      .map(([value, span]): FingerprintSeen => {
        const others = (sharedBy?.(kind, value) ?? 1) - 1;
        return {
          kind,
          value,
          ...seen(span),
          count: span.count,
          ...(others > 0 ? { shared_by: others } : {}),
        };
      });
  });
}

function stackOf({ stacks, hops, retransmits }: Aggregate): StackGuess | undefined {
  const [best] = [...stacks].sort(([one, count], [other, otherCount]) =>
    otherCount - count || compare(one, other)
  );
  if (best === undefined && retransmits === 0) return undefined;
  const distance = medianHop(hops);
  return {
    os: best?.[0] ?? "unknown",
    ...(distance === undefined ? {} : { hop_distance: distance }),
    retransmits,
  };
}

function medianHop(hops: ReadonlyMap<number, number>): number | undefined {
  const sorted = [...hops].sort(([one], [other]) => one - other);
  const half = sorted.reduce((sum, [, count]) => sum + count, 0) / 2;
  let counted = 0;
  return sorted.find(([, count]) => (counted += count) >= half)?.[0];
}

/** The latest hours of all decoys together. */
function timelineOf({ deckies }: Aggregate): HourCell[] {
  const cells = [...deckies].flatMap(([decky, { hours }]) =>
    [...hours].map(([hour, events]) => ({ hour, decky, events }))
  ).sort((one, other) => one.hour - other.hour || compare(one.decky, other.decky));
  const shown = new Set([...new Set(cells.map(({ hour }) => hour))].slice(-LIMITS.hours));
  return cells.filter(({ hour }) => shown.has(hour))
    .map((cell) => ({ ...cell, hour: formatTimestamp(cell.hour * HOUR) }));
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
