/** When what an export says of an attacker began, and when it changed last. */
import type { Profile, SeenSpan } from "../profile.ts";

/**
 * From the first to the last time of all that is told: a probe may find a new certificate long after the
 * attacker's own last event, and receivers pass over an object that is not newer than theirs.
 */
export function changeTimes(profile: Profile): SeenSpan {
  let { first_seen, last_seen } = profile;
  const add = (first: string, last: string) => {
    if (first < first_seen) first_seen = first;
    if (last > last_seen) last_seen = last;
  };
  for (const seen of profile.fingerprints) add(seen.first_seen, seen.last_seen);
  for (const { time } of profile.rotations) add(time, time);
  return { first_seen, last_seen };
}
