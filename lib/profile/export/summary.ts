/** A profile in a few plain sentences, for exports whose readers have no better place for it. */
import type { Profile } from "../profile.ts";

/** Names in a list that are spelled out. */
const SPELLED_OUT = 10;

/** The attacker in one line. */
export function headline({ attacker_ip, behaviour, risk }: Profile): string {
  return `${attacker_ip}: ${behaviour.class}, risk ${risk.score} of 100`;
}

/** What it did, a fact a line. */
export function summary(profile: Profile): string {
  const { behaviour, beacon, traversal_path, commands, credentials, victim_domains } = profile;
  const lines = [
    `${behaviour.class}: ${behaviour.reason}`,
    `${profile.events} events in ${profile.session_count} sessions at ${profile.decky_count} decoys`,
    `first seen ${profile.first_seen}, last seen ${profile.last_seen}`,
  ];
  if (traversal_path !== undefined) lines.push(`path: ${some(traversal_path, " -> ")}`);
  if (profile.interacted.length > 0) lines.push(`interacted with: ${some(profile.interacted)}`);
  if (profile.scanned.length > 0) lines.push(`scanned: ${some(profile.scanned)}`);
  if (beacon !== undefined) {
    lines.push(`returns every ${beacon.interval_s} s, jitter ${beacon.jitter_pct} %`);
  }
  if (profile.tools.length > 0) {
    lines.push(`tools: ${some([...new Set(profile.tools.map(({ tool }) => tool))])}`);
  }
  if (commands.total > 0) lines.push(`${commands.total} commands run`);
  if (credentials.total > 0) lines.push(`${credentials.total} credentials tried`);
  if (victim_domains.items.length > 0) {
    lines.push(`mail to: ${some(victim_domains.items.map(({ domain }) => domain))}`);
  }
  for (const { part, points, why } of profile.risk.parts) {
    lines.push(`risk ${points}: ${part} (${why})`);
  }
  return lines.join("\n");
}

function some(names: readonly string[], separator = ", "): string {
  const more = names.length - SPELLED_OUT;
  const shown = names.slice(0, SPELLED_OUT).join(separator);
  return more > 0 ? `${shown}${separator}${more} more` : shown;
}
