/** All that is kept of one attacker: sums and bounded samples, to which any event can be added. */
import type { RotationSign } from "./facts.ts";
import { type Phase, PHASES } from "./profile.ts";
import { SampleMap } from "./sample.ts";
import { SourceTallies } from "./source_tallies.ts";
import type { SessionTally } from "./source_tally.ts";

/** How much of each is kept of an attacker. */
export const LIMITS = {
  types: 64,
  deckies: 256,
  services: 64,
  hours: 336,
  sessions: 32,
  commands: 64,
  credentials: 32,
  targets: 16,
  domains: 64,
  fingerprints: 16,
  tools: 32,
  payloads: 32,
  rotations: 32,
  stacks: 8,
} as const;

/** A first and a last time, in microseconds, and how often. */
export interface SpanTally {
  first: number;
  last: number;
  count: number;
}

/** A service at one decoy. */
export interface ServiceTally extends SpanTally {
  /** Events that were more than knocking. */
  touches: number;
  /** Events that were knocking. */
  scans: number;
}

/** A decoy. */
export interface DeckyTally extends SpanTally {
  readonly services: SampleMap<ServiceTally>;
  /** Events by hour since the epoch; the latest {@linkcode LIMITS.hours}. */
  readonly hours: Map<number, number>;
}

/** A command. */
export interface CommandTally extends SpanTally {
  readonly services: string[];
}

/** A credential. */
export interface CredentialTally extends SpanTally {
  successes: number;
  readonly targets: string[];
}

/** A mail domain. */
export interface DomainTally extends SpanTally {
  /** Recipients that were named one by one. */
  named: number;
  /** Recipients in lists of those that were accepted. */
  accepted: number;
}

/** A payload. */
export interface PayloadTally extends SpanTally {
  /** Of the largest; -1 when unknown. */
  bytes: number;
}

/** A rotation. */
export interface RotationTally extends RotationSign {
  readonly time: number;
}

/** The aggregates of one attacker. */
export class Aggregate {
  /** Events of decoys. */
  readonly own: SpanTally = emptySpan();
  /** Lines of the sniffer and the prober. */
  readonly evidence: SpanTally = emptySpan();
  types = new SampleMap<number>(LIMITS.types);
  deckies = new SampleMap<DeckyTally>(LIMITS.deckies);
  readonly sources = new SourceTallies();
  readonly phases: (SpanTally | undefined)[] = PHASES.map(() => undefined);
  /** Those that have ended; the latest {@linkcode LIMITS.sessions}. */
  sessions: SessionTally[] = [];
  endedSessions = 0;
  attempts = 0;
  successes = 0;
  commandCount = 0;
  commands = new SampleMap<CommandTally>(LIMITS.commands, false, true);
  readonly techniques = new Map<string, number>();
  credentialCount = 0;
  /** By principal, kind and secret, joined by NUL. */
  credentials = new SampleMap<CredentialTally>(LIMITS.credentials, false, true);
  recipients = 0;
  acceptedRecipients = 0;
  domains = new SampleMap<DomainTally>(LIMITS.domains);
  /** By kind, then by value. */
  readonly fingerprints = new Map<string, SampleMap<SpanTally>>();
  /** By `ToolSign`. */
  tools = new SampleMap<number>(LIMITS.tools);
  rotations: RotationTally[] = [];
  rotationCount = 0;
  payloadCount = 0;
  /** By kind and name, joined by NUL. */
  payloads = new SampleMap<PayloadTally>(LIMITS.payloads);
  largePayloads = 0;
  stacks = new SampleMap<number>(LIMITS.stacks);
  /** SYNs by hop distance. */
  readonly hops = new Map<number, number>();
  retransmits = 0;

  /** First and last time of anything; what the attacker did counts before what we found. */
  get span(): SpanTally {
    return this.own.count > 0 ? this.own : this.evidence;
  }

  /** The events of a phase. */
  phase(name: Phase): SpanTally | undefined {
    return this.phases[PHASES.indexOf(name)];
  }
}

/** A span of nothing. */
export function emptySpan(): SpanTally {
  return { first: 0, last: 0, count: 0 };
}

/** Adds an occurrence at `time`. */
export function extend(span: SpanTally, time: number): void {
  if (span.count === 0) span.first = span.last = time;
  else if (time < span.first) span.first = time;
  else if (time > span.last) span.last = time;
  span.count++;
}
