/** `decnet profile --cluster`: groups of attackers, for eyes or as JSON lines. */
import type { Cluster } from "../lib/profile/clusters.ts";
import { jsonText } from "../lib/profile/export/json_text.ts";
import { escapeForTerminal } from "../lib/terminal/escape.ts";

/** Addresses and traits of a group that are shown. */
const MAX_SHOWN = 8;

/** The lines that show `clusters`. */
export function clusterLines(clusters: readonly Cluster[], forEyes: boolean): string[] {
  if (!forEyes) return clusters.map(jsonText);
  if (clusters.length === 0) return ["no two attackers have anything rare in common"];
  return clusters.flatMap(({ size, attackers, shared }) => [
    `${size} attackers: ${listed(attackers)}`,
    ...shared.slice(0, MAX_SHOWN).map(({ kind, value, attackers }) =>
      `  ${kind}  ${escapeForTerminal(value.slice(0, 120))}  (${attackers} attackers)`
    ),
  ]);
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, MAX_SHOWN).join(", ");
  return names.length > MAX_SHOWN ? `${shown} and ${names.length - MAX_SHOWN} more` : shown;
}
