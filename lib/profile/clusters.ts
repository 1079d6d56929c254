/** Groups of attackers that have rare things in common. */
import { secretHash } from "./credential.ts";
import { COMMAND_TRAIT, CREDENTIAL_TRAIT, kindOf, markRange, traitText } from "./marks.ts";
import type { ProfileStore } from "./profile_store.ts";

/** What a group has in common. */
export interface SharedTrait {
  readonly kind: string;
  /** A fingerprint, a command, or a credential as `principal sha256-of-secret`. */
  readonly value: string;
  /** How many of all attackers have it. */
  readonly attackers: number;
}

/** A group of attackers. */
export interface Cluster {
  /** The first of its addresses: it stays the same while that one is in it. */
  readonly cluster: string;
  readonly size: number;
  /** Sorted as text. */
  readonly attackers: readonly string[];
  /** The rarest first. */
  readonly shared: readonly SharedTrait[];
}

/** Kinds of which one in common is enough: keys and certificates are made once. */
const STRONG: ReadonlySet<string> = new Set(["ssh_key", "cert_sha256", "jarm", "hassh_server"]);

/** Kinds that say something of the person, if several are in common. */
const WEAK: ReadonlySet<string> = new Set([
  ...["ja3", "ja4", "ja4_quic", "ja4h", "hassh", "tcpfp", "icmp_fp"],
  ...[CREDENTIAL_TRAIT, COMMAND_TRAIT],
]);

/** What more attackers than this have comes from a list or a library, not from a person. */
const MAX_STRONG = 64;
const MAX_WEAK = 8;

/** Weak things that two must have in common. */
const WEAK_NEEDED = 3;

/** Traits of a group that are told. */
const MAX_TOLD = 16;

interface Group {
  readonly mark: number;
  readonly kind: string;
  readonly attackers: readonly number[];
}

/** The groups of two and more, the largest first. @throws {StateError} */
export function clustersOf(store: ProfileStore): Cluster[] {
  const groups = sharedMarks(store);
  const parents = new Map<number, number>();
  const weakPairs = new Map<string, number>();
  for (const { kind, attackers } of groups) {
    if (STRONG.has(kind)) {
      for (const other of attackers.slice(1)) join(parents, attackers[0]!, other);
      continue;
    }
    for (const [index, one] of attackers.entries()) {
      for (const other of attackers.slice(index + 1)) {
        const pair = `${one} ${other}`;
        const count = (weakPairs.get(pair) ?? 0) + 1;
        weakPairs.set(pair, count);
        if (count === WEAK_NEEDED) join(parents, one, other);
      }
    }
  }
  return describe(store, groups, parents);
}

/** Marks that few attackers have in common, attackers in order. */
function sharedMarks(store: ProfileStore): Group[] {
  return [...STRONG, ...WEAK].sort().flatMap((kind) => {
    const most = STRONG.has(kind) ? MAX_STRONG : MAX_WEAK;
    const rows = store.query((database) =>
      database.prepare(
        `SELECT mark, group_concat(attacker) AS attackers FROM mark WHERE mark >= ? AND mark < ?
         GROUP BY mark HAVING count(*) BETWEEN 2 AND ${most} ORDER BY mark`,
      ).all(...markRange(kind))
    );
    return rows.map((row) => ({
      mark: Number(row["mark"]),
      kind,
      attackers: String(row["attackers"]).split(",").map(Number)
        .sort((one, other) => one - other),
    }));
  });
}

/** Puts two attackers into one group. */
function join(parents: Map<number, number>, one: number, other: number): void {
  const [root, otherRoot] = [rootOf(parents, one), rootOf(parents, other)];
  if (root !== otherRoot) parents.set(otherRoot, root);
}

function rootOf(parents: Map<number, number>, attacker: number): number {
  let root = attacker;
  if (!parents.has(root)) parents.set(root, root);
  while (parents.get(root) !== root) root = parents.get(root)!;
  for (let at = attacker; at !== root;) {
    const next = parents.get(at)!;
    parents.set(at, root);
    at = next;
  }
  return root;
}

function describe(
  store: ProfileStore,
  groups: readonly Group[],
  parents: Map<number, number>,
): Cluster[] {
  const members = new Map<number, number[]>();
  for (const attacker of parents.keys()) {
    const root = rootOf(parents, attacker);
    const group = members.get(root);
    if (group === undefined) members.set(root, [attacker]);
    else group.push(attacker);
  }
  const marks = new Map<number, Group[]>();
  for (const group of groups) {
    const roots = new Set<number>();
    for (const attacker of group.attackers) {
      if (!parents.has(attacker)) continue;
      const root = rootOf(parents, attacker);
      // Two of the same group have it.
      if (roots.has(root)) {
        const list = marks.get(root) ?? [];
        if (list.at(-1) !== group) list.push(group);
        marks.set(root, list);
      }
      roots.add(root);
    }
  }
  const address = store.query((database) =>
    database.prepare("SELECT address FROM attacker WHERE id = ?")
  );
  return [...members].filter(([, attackers]) => attackers.length > 1)
    .map(([root, attackers]): Cluster => {
      const addresses = attackers
        .map((id) => store.query(() => String(address.get(id)!["address"]))).sort();
      const told = (marks.get(root) ?? [])
        .sort((one, other) => one.attackers.length - other.attackers.length || compare(one, other))
        .slice(0, MAX_TOLD);
      return {
        cluster: addresses[0]!,
        size: addresses.length,
        attackers: addresses,
        shared: told.map((group) => describeTrait(store, group)),
      };
    })
    .sort((one, other) => other.size - one.size || (one.cluster < other.cluster ? -1 : 1));
}

function compare(one: Group, other: Group): number {
  return one.kind === other.kind ? one.mark - other.mark : one.kind < other.kind ? -1 : 1;
}

/** The index holds hashes: an attacker's own aggregates know the text. */
function describeTrait(store: ProfileStore, { mark, attackers }: Group): SharedTrait {
  const kind = kindOf(mark);
  const text = traitText(store.aggregate(attackers[0]!), mark) ?? "";
  if (kind !== CREDENTIAL_TRAIT) return { kind, value: text, attackers: attackers.length };
  const [principal = "", secretKind = ""] = text.split("\0", 2);
  const secret = text.slice(principal.length + secretKind.length + 2);
  return { kind, value: `${principal} ${secretHash(secret)}`, attackers: attackers.length };
}
