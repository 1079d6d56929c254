/** Who comes, when, and for how many events. */
import { SeededRandom } from "../../tests/support/log_random.ts";
import { MOST_OWN_LINES } from "./own_lines.ts";
import { ACTOR_KINDS, type ActorKind } from "./step.ts";

/** How many of each hundred attackers are of a kind, and how many events they make. */
const MIX: Readonly<Record<ActorKind, readonly [share: number, least: number, most: number]>> = {
  one_shot: [13, 1, 2],
  scanner: [25, 6, 24],
  slow_scanner: [8, 6, 16],
  // What the others leave.
  brute_forcer: [35, 12, 12],
  beacon: [6, 12, 60],
  intruder: [6, 12, 60],
  lateral_mover: [3, 24, 80],
  spammer: [4, 15, 90],
};

/** The kind of each hundredth. */
const KIND_OF_HUNDREDTH: readonly ActorKind[] = ACTOR_KINDS.flatMap((kind) =>
  Array<ActorKind>(MIX[kind][0]).fill(kind)
);

/** Of 2026-09-01, the first second of every made log. */
export const LOG_START = Date.UTC(2026, 8, 1) * 1000;

/** Attackers begin within these; what they began, they end. */
const SPAN_MICROS = 14 * 24 * 3600 * 1_000_000;

/** The parts of an attacker that are known before it begins, by its number. */
export interface Plan {
  readonly attackers: number;
  readonly kinds: Uint8Array;
  /** Microseconds since the epoch. */
  readonly starts: Float64Array;
  readonly events: Uint32Array;
  readonly ownLines: Uint8Array;
  readonly seeds: Uint32Array;
  /** Numbers of attackers, by start. */
  readonly order: Uint32Array;
}

/**
 * Spreads `events` lines over `attackers`. @throws {RangeError} when these are too few for that many
 */
export function makePlan(events: number, attackers: number, seed: number): Plan {
  const random = new SeededRandom(seed);
  const plan: Plan = {
    attackers,
    kinds: new Uint8Array(attackers),
    starts: new Float64Array(attackers),
    events: new Uint32Array(attackers),
    ownLines: new Uint8Array(attackers),
    seeds: new Uint32Array(attackers),
    order: new Uint32Array(attackers),
  };
  const brute: number[] = [];
  let planned = 0;
  for (let number = 0; number < attackers; number++) {
    // Each kind occurs also in a small log: the first hundred go through the table.
    const hundredth = number < 100 ? number * 37 % 100 : random.below(100);
    const kind = KIND_OF_HUNDREDTH[hundredth]!;
    const [, least, most] = MIX[kind];
    plan.kinds[number] = ACTOR_KINDS.indexOf(kind);
    plan.starts[number] = LOG_START + Math.floor(random.next() * SPAN_MICROS);
    plan.events[number] = least + random.below(most - least + 1);
    plan.ownLines[number] = Math.min(random.below(MOST_OWN_LINES + 1), plan.events[number]!);
    plan.seeds[number] = random.below(2 ** 32);
    planned += plan.events[number]! + plan.ownLines[number]!;
    if (kind === "brute_forcer") brute.push(number);
  }
  if (planned > events || (brute.length === 0 && planned < events)) {
    throw new RangeError(`${attackers} attackers make at least ${planned} events`);
  }
  shareOut(plan, brute, events - planned, random);
  for (let number = 0; number < attackers; number++) plan.order[number] = number;
  plan.order.sort((a, b) => plan.starts[a]! - plan.starts[b]! || a - b);
  return plan;
}

/** Gives the attackers `numbers` what is left: few of them most of it, as it is with brute force. */
function shareOut(
  { events }: Plan,
  numbers: readonly number[],
  left: number,
  random: SeededRandom,
): void {
  const weights = numbers.map(() => 1 / (0.01 + random.next()));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let given = 0;
  for (const [index, number] of numbers.entries()) {
    const share = Math.floor(left * weights[index]! / total);
    events[number] = events[number]! + share;
    given += share;
  }
  const first = numbers[0];
  if (first !== undefined) events[first] = events[first]! + left - given;
}

/** The address of attacker `number`: 100.64.0.0/10 (RFC 6598) and 2001:db8::/32 (RFC 3849). */
export function addressOf(number: number): string {
  // Odd multipliers go through all numbers: no two attackers meet.
  const mixed = Math.imul(number, 0x9e3779b1) & 0x3fffff;
  if (number % 16 === 15) {
    return `2001:db8:${((mixed >>> 12) + 1).toString(16)}:1::${((mixed & 0xfff) + 1).toString(16)}`;
  }
  return `100.${64 + (mixed >>> 16)}.${mixed >>> 8 & 255}.${mixed & 255}`;
}

/** More attackers than that would share addresses. */
export const MOST_ATTACKERS = 2 ** 22;
