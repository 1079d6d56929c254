/** Guesses at the attacker's tools, each with what it rests on. */
import type { Aggregate } from "./aggregate.ts";
import { TOOL_KINDS, toolOf } from "./fingerprint_tools.ts";
import type { IntervalStats } from "./interval_stats.ts";
import type { ToolGuess } from "./profile.ts";
import { BEACON_RULES, STACK_TOOLS } from "./tool_rules.ts";

/** Visits that a cadence needs. */
const MIN_VISITS = 4;

/** The guesses, those that rest on most first. */
export function toolGuesses(aggregate: Aggregate, visits: IntervalStats): ToolGuess[] {
  const guesses: ToolGuess[] = [];
  for (const [sign, count] of aggregate.tools) {
    const [tool = "", source = "", evidence = ""] = sign.split("\0");
    guesses.push({ tool, source: source as ToolGuess["source"], evidence, count });
  }
  for (const [kind, source] of TOOL_KINDS) {
    for (const [evidence, { count }] of aggregate.fingerprints.get(kind) ?? []) {
      const tool = toolOf(kind, evidence);
      if (tool !== undefined) guesses.push({ tool, source, evidence, count });
    }
  }
  for (const [os, count] of aggregate.stacks) {
    if (STACK_TOOLS.has(os)) guesses.push({ tool: os, source: "tcp_stack", evidence: os, count });
  }
  return [...guesses, ...cadences(visits)].sort((one, other) =>
    other.count - one.count || compare(one.tool, other.tool) ||
    compare(one.evidence, other.evidence)
  );
}

function cadences(visits: IntervalStats): ToolGuess[] {
  if (visits.count + 1 < MIN_VISITS) return [];
  const { mean, cv } = visits;
  return BEACON_RULES
    .filter(({ seconds, secondsOff, cv: wanted, cvOff }) =>
      Math.abs(mean - seconds) <= secondsOff && Math.abs(cv - wanted) <= cvOff
    )
    .map(({ tool }) => ({
      tool,
      source: "timing",
      evidence: `mean ${mean.toFixed(3)} s, cv ${cv.toFixed(4)}`,
      count: visits.count + 1,
    }));
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
