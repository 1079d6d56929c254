/** What an actor does next, and the steps that all scripts share. */
import type { FieldValue } from "../../lib/event/event.ts";
import type { Phase } from "../../lib/profile/profile.ts";
import type { SeededRandom } from "../../tests/support/log_random.ts";
import type { Decoy } from "./vocabulary.ts";

/** One event to come. */
export interface Step {
  /** Microseconds after the step before. */
  wait: number;
  decoy: Decoy;
  service: string;
  eventType: string;
  /** Names and values by turns, the attacker's address left out. */
  fields: readonly FieldValue[];
  /** What the actor means by it. */
  phase: Phase;
  /** Set on a recipient who is a victim: the domain, in lower case. */
  domain?: string | undefined;
  /** Set on a try of a credential: user, a NUL, password. */
  credential?: string | undefined;
  /** Set on a command that was run. */
  command?: string | undefined;
}

/** What kinds of actors are made. */
export const ACTOR_KINDS = [
  "one_shot",
  "scanner",
  "slow_scanner",
  "brute_forcer",
  "beacon",
  "intruder",
  "lateral_mover",
  "spammer",
] as const;

/** A kind of actor. */
export type ActorKind = (typeof ACTOR_KINDS)[number];

/** What a script has to keep to. */
export interface Role {
  readonly random: SeededRandom;
  /** Events that the script makes, exactly. */
  readonly events: number;
}

/** Seconds as microseconds. */
export function seconds(value: number): number {
  return Math.round(value * 1_000_000);
}

/** Between `low` and `high` seconds, evenly. */
export function evenly(random: SeededRandom, low: number, high: number): number {
  return seconds(low + random.next() * (high - low));
}

/** Pauses of people: log-normal around `median` seconds, from a tenth of a second up to 5 minutes. */
export function humanly(random: SeededRandom, median: number): number {
  // Box and Muller's way to a normal number.
  const normal = Math.sqrt(-2 * Math.log(1 - random.next())) *
    Math.cos(2 * Math.PI * random.next());
  return seconds(Math.max(0.1, Math.min(300, median * Math.exp(normal * 0.9))));
}

/** A port of the attacker's. */
export function sourcePort(random: SeededRandom): string {
  return String(32768 + random.below(28000));
}
