/** What stores keep of an attacker beside the aggregates, to find and sort by. */
import type { Aggregate } from "./aggregate.ts";
import { judge } from "./behaviour.ts";
import type { BehaviourClass } from "./profile.ts";
import { riskOf } from "./risk.ts";

/** The columns `first_seen`, `last_seen` (microseconds), `events`, `deckies`, `risk` and `class`. */
export function summaryOf(
  aggregate: Aggregate,
): [number, number, number, number, number, BehaviourClass] {
  const { behaviour } = judge(aggregate);
  const { first, last } = aggregate.span;
  return [
    ...[first, last, aggregate.own.count, aggregate.deckies.size] as const,
    ...[riskOf(aggregate, behaviour.class).score, behaviour.class] as const,
  ];
}
