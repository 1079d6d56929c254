/** Aggregates as JSON, in lists: short, and no name of an attacker's choosing becomes a key. */
import {
  Aggregate,
  type DeckyTally,
  LIMITS,
  type RotationTally,
  type ServiceTally,
  type SpanTally,
} from "./aggregate.ts";
import { SampleMap } from "./sample.ts";
import { decodeSession, type EncodedSession, encodeSession } from "./source_tally.ts";
import type { EncodedTally } from "./source_tallies.ts";

type Span = readonly [first: number, last: number, count: number];

/** A {@linkcode SampleMap}: 1 when it was truncated, then keys and items. */
type Sample<V> = readonly [truncated: 0 | 1, items: readonly (readonly [string, V])[]];

type Service = readonly [...Span, touches: number, scans: number];
type Decky = readonly [...Span, services: Sample<Service>, hours: readonly number[]];

/** An aggregate as it is stored. */
export type EncodedAggregate = readonly [
  own: Span,
  evidence: Span,
  types: Sample<number>,
  deckies: Sample<Decky>,
  sources: readonly EncodedTally[],
  phases: readonly (Span | 0)[],
  sessions: readonly EncodedSession[],
  sums: readonly number[],
  commands: Sample<readonly [...Span, services: readonly string[]]>,
  techniques: readonly (readonly [string, number])[],
  credentials: Sample<readonly [...Span, successes: number, targets: readonly string[]]>,
  domains: Sample<readonly [...Span, named: number, accepted: number]>,
  fingerprints: readonly (readonly [string, Sample<Span>])[],
  tools: Sample<number>,
  rotations: readonly RotationTally[],
  payloads: Sample<readonly [...Span, bytes: number]>,
  stacks: Sample<number>,
  hops: readonly number[],
];

/** `aggregate` as text. */
export function encodeAggregate(aggregate: Aggregate): string {
  return JSON.stringify(encodedAggregate(aggregate));
}

/** `aggregate` as plain lists. */
export function encodedAggregate(aggregate: Aggregate): EncodedAggregate {
  const a = aggregate;
  return [
    span(a.own),
    span(a.evidence),
    sample(a.types, (count) => count),
    sample(a.deckies, encodeDecky),
    a.sources.encode(),
    a.phases.map((phase) => phase === undefined ? 0 : span(phase)),
    a.sessions.map(encodeSession),
    encodeSums(a),
    sample(a.commands, (item) => [...span(item), item.services]),
    [...a.techniques],
    sample(a.credentials, (item) => [...span(item), item.successes, item.targets]),
    sample(a.domains, (item) => [...span(item), item.named, item.accepted]),
    [...a.fingerprints].map(([kind, values]) => [kind, sample(values, span)]),
    sample(a.tools, (count) => count),
    a.rotations,
    sample(a.payloads, (item) => [...span(item), item.bytes]),
    sample(a.stacks, (count) => count),
    pairs(a.hops),
  ];
}

/** The aggregate in text that {@linkcode encodeAggregate} made. @throws {SyntaxError} */
export function decodeAggregate(text: string): Aggregate {
  const encoded = JSON.parse(text) as EncodedAggregate;
  const a = new Aggregate();
  Object.assign(a.own, unspan(encoded[0]));
  Object.assign(a.evidence, unspan(encoded[1]));
  a.types = unsample(encoded[2], LIMITS.types, (count) => count);
  a.deckies = unsample(encoded[3], LIMITS.deckies, decodeDecky);
  for (const tally of encoded[4]) a.sources.restore(tally);
  encoded[5].forEach((phase, at) => a.phases[at] = phase === 0 ? undefined : unspan(phase));
  a.sessions = encoded[6].map(decodeSession);
  decodeSums(a, encoded[7]);
  a.commands = unsample(
    encoded[8],
    LIMITS.commands,
    (item) => ({ ...unspan(item), services: [...item[3]] }),
    true,
  );
  for (const [technique, count] of encoded[9]) a.techniques.set(technique, count);
  a.credentials = unsample(
    encoded[10],
    LIMITS.credentials,
    (item) => ({ ...unspan(item), successes: item[3], targets: [...item[4]] }),
    true,
  );
  a.domains = unsample(
    encoded[11],
    LIMITS.domains,
    (item) => ({ ...unspan(item), named: item[3], accepted: item[4] }),
  );
  for (const [kind, values] of encoded[12]) {
    a.fingerprints.set(kind, unsample(values, LIMITS.fingerprints, unspan, true));
  }
  a.tools = unsample(encoded[13], LIMITS.tools, (count) => count);
  a.rotations = [...encoded[14]];
  a.payloads = unsample(
    encoded[15],
    LIMITS.payloads,
    (item) => ({ ...unspan(item), bytes: item[3] }),
  );
  a.stacks = unsample(encoded[16], LIMITS.stacks, (count) => count);
  const hops = encoded[17];
  for (let at = 0; at < hops.length; at += 2) a.hops.set(hops[at]!, hops[at + 1]!);
  return a;
}

function encodeSums(a: Aggregate): number[] {
  return [
    ...[a.endedSessions, a.attempts, a.successes, a.commandCount, a.credentialCount],
    ...[a.recipients, a.acceptedRecipients, a.rotationCount, a.payloadCount, a.largePayloads],
    a.retransmits,
  ];
}

function decodeSums(a: Aggregate, sums: readonly number[]): void {
  const [endedSessions = 0, attempts = 0, successes = 0, commandCount = 0, credentialCount = 0] =
    sums;
  const [recipients = 0, acceptedRecipients = 0, rotationCount = 0] = sums.slice(5);
  const [payloadCount = 0, largePayloads = 0, retransmits = 0] = sums.slice(8);
  Object.assign(a, { endedSessions, attempts, successes, commandCount, credentialCount });
  Object.assign(a, { recipients, acceptedRecipients, rotationCount });
  Object.assign(a, { payloadCount, largePayloads, retransmits });
}

/** Keys and values in turn, by key. */
function pairs(map: ReadonlyMap<number, number>): number[] {
  return map.size < 2 ? [...map].flat() : [...map].sort(([one], [other]) => one - other).flat();
}

function span({ first, last, count }: SpanTally): Span {
  return [first, last, count];
}

function unspan([first, last, count]: readonly [number, number, number, ...unknown[]]): SpanTally {
  return { first, last, count };
}

function sample<V, E>(map: SampleMap<V>, encode: (item: V) => E): Sample<E> {
  const items: [string, E][] = [];
  for (const [key, item] of map) items.push([key, encode(item)]);
  return [map.truncated ? 1 : 0, items];
}

function unsample<V, E>(
  [truncated, items]: Sample<E>,
  limit: number,
  decode: (item: E) => V,
  tracks = false,
): SampleMap<V> {
  const map = new SampleMap<V>(limit, truncated === 1, tracks);
  for (const [key, item] of items) map.restore(key, decode(item));
  return map;
}

function encodeDecky(decky: DeckyTally): Decky {
  return [...span(decky), sample(decky.services, encodeService), pairs(decky.hours)];
}

function decodeDecky([first, last, count, services, hours]: Decky): DeckyTally {
  const byHour = new Map<number, number>();
  for (let at = 0; at < hours.length; at += 2) byHour.set(hours[at]!, hours[at + 1]!);
  return {
    ...{ first, last, count, hours: byHour },
    services: unsample(services, LIMITS.services, decodeService),
  };
}

function encodeService(service: ServiceTally): Service {
  return [...span(service), service.touches, service.scans];
}

function decodeService([first, last, count, touches, scans]: Service): ServiceTally {
  return { first, last, count, touches, scans };
}
