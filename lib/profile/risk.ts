/** How much an attacker deserves a look: a sum of parts, each with what it rests on. */
import type { Aggregate } from "./aggregate.ts";
import type { BehaviourClass, Risk, RiskPart } from "./profile.ts";
import { techniqueOf } from "./techniques.ts";

/** Points of a class. */
const CLASS_POINTS: Readonly<Record<BehaviourClass, number>> = {
  ...{ interactive: 15, beaconing: 15, brute_force: 10, scanning: 5, slow_scan: 8 },
  ...{ mixed: 2, unknown: 0 },
};

/** Points of the tactics that commands show. */
const TACTIC_POINTS: readonly (readonly [tactic: string, points: number])[] = [
  ["persistence", 15],
  ["impact", 10],
  ["lateral-movement", 10],
  ["command-and-control", 10],
  ["credential-access", 5],
  ["defense-evasion", 5],
  ["discovery", 3],
];

/** Tools of attackers, rather than of everybody. */
const ATTACK_TOOLS: ReadonlySet<string> = new Set([
  ...["nikto", "sqlmap", "nuclei", "metasploit", "gobuster", "dirbuster", "hydra", "wfuzz", "ffuf"],
  ...["feroxbuster", "wpscan", "medusa", "masscan", "zgrab", "nmap", "gophish"],
]);

/** The score of an attacker of class `kind`. */
export function riskOf(aggregate: Aggregate, kind: BehaviourClass): Risk {
  const parts: RiskPart[] = [];
  const add = (part: string, points: number, why: string) => {
    if (points > 0) parts.push({ part, points, why });
  };
  const { attempts, successes, commandCount, deckies } = aggregate;
  add("class", CLASS_POINTS[kind], kind);
  add("access", successes > 0 ? 20 : 0, `${successes} logins were let pass`);
  add("attempts", logPoints(attempts, 3, 12), `${attempts} attempts to log in`);
  add("commands", logPoints(commandCount, 5, 10), `${commandCount} commands`);
  addTactics(aggregate, add);
  add("delivery", aggregate.payloadCount > 0 ? 10 : 0, `${aggregate.payloadCount} payloads`);
  const taken = aggregate.phase("exfiltration")?.count ?? 0;
  add("exfiltration", taken > 0 ? 10 : 0, `${taken} events that take something`);
  add("large_payloads", aggregate.largePayloads > 0 ? 5 : 0, `${aggregate.largePayloads} of 1 MiB`);
  const count = deckies.size;
  add("traversal", count > 1 ? Math.min(10, 3 + count) : 0, `${count} decoys`);
  const recipients = Math.max(aggregate.recipients, aggregate.acceptedRecipients);
  add("mail", logPoints(recipients, 4, 12), `${recipients} mail recipients`);
  add(
    "rotation",
    aggregate.rotationCount > 0 ? 5 : 0,
    `${aggregate.rotationCount} changes of its own servers`,
  );
  const tools = attackTools(aggregate);
  add("tools", tools.length > 0 ? 5 : 0, tools.join(", "));
  parts.sort((one, other) => other.points - one.points || (one.part < other.part ? -1 : 1));
  return { score: Math.min(100, parts.reduce((sum, { points }) => sum + points, 0)), parts };
}

/** `each` points for every power of ten, the first included. */
function logPoints(count: number, each: number, most: number): number {
  return count === 0 ? 0 : Math.min(most, Math.round(each * (1 + Math.log10(count))));
}

function addTactics(
  { techniques }: Aggregate,
  add: (part: string, points: number, why: string) => void,
): void {
  for (const [tactic, points] of TACTIC_POINTS) {
    const shown = [...techniques.keys()].filter((id) => techniqueOf(id)?.tactic === tactic).sort();
    add(tactic, shown.length > 0 ? points : 0, shown.join(", "));
  }
}

function attackTools({ tools }: Aggregate): string[] {
  const names = new Set<string>();
  for (const sign of tools.keys()) {
    const tool = sign.slice(0, sign.indexOf("\0"));
    if (ATTACK_TOOLS.has(tool)) names.add(tool);
  }
  return [...names].sort();
}
