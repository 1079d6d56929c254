/** How long a target is left alone after a probe. */
import type { Outcome } from "./outcome.ts";

/** First wait after an attempt that said nothing, and what each further one multiplies it by. */
const FIRST_RETRY_MS = 15 * 60_000;
const RETRY_FACTOR = 4;

/** Waits vary by this share to either side, so that nobody finds us by our clock. */
export const MAX_JITTER = 0.1;

/** Ends that tell nothing of the target: it may be different next time. */
const INCONCLUSIVE: ReadonlySet<Outcome> = new Set<Outcome>([
  "timeout",
  "unreachable",
  "closed",
  // The operator may have changed the limits.
  "denied",
  "local_error",
]);

/** True when a probe has said something of a target. @param outcomes one a port */
export function isConclusive(outcomes: readonly Outcome[]): boolean {
  return outcomes.includes("ok") || !outcomes.some((outcome) => INCONCLUSIVE.has(outcome));
}

/**
 * Milliseconds until a probe is to be repeated, without jitter.
 *
 * @param misses attempts in a row that said nothing
 * @param cooldown milliseconds after one that did
 */
export function waitAfter(misses: number, cooldown: number): number {
  if (misses === 0) return cooldown;
  return Math.min(cooldown, FIRST_RETRY_MS * RETRY_FACTOR ** (misses - 1));
}
