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
export async function clustersOf(store: ProfileStore): Promise<Cluster[]> {
  const groups = await sharedMarks(store);
  const parents = new Map<number, number>();
  for (const { kind, attackers } of groups) {
    if (!STRONG.has(kind)) continue;
    for (const other of attackers.slice(1)) join(parents, attackers[0]!, other);
  }
  joinWeak(parents, groups.filter(({ kind }) => !STRONG.has(kind)));
  return await describe(store, groups, parents);
}

/**
 * Joins those who have several weak things in common. Attacker by attacker: the pairs of a large store are more
 * than a table can hold.
 */
function joinWeak(parents: Map<number, number>, groups: readonly Group[]): void {
  const groupsOf = new Map<number, Group[]>();
  for (const group of groups) {
    for (const attacker of group.attackers) {
      const known = groupsOf.get(attacker);
      if (known === undefined) groupsOf.set(attacker, [group]);
      else known.push(group);
    }
  }
  const counts = new Map<number, number>();
  for (const [one, shared] of groupsOf) {
    if (shared.length < WEAK_NEEDED) continue;
    for (const { attackers } of shared) {
      for (const other of attackers) {
        if (other <= one) continue;
        const count = (counts.get(other) ?? 0) + 1;
        counts.set(other, count);
        if (count === WEAK_NEEDED) join(parents, one, other);
      }
    }
    counts.clear();
  }
}

/** Rows of the index that are asked for together, about. */
const ROWS = 200_000;

/** The marks of a kind in pieces of one size: they are hashes, of which each piece has as many. */
async function spansOf(
  store: ProfileStore,
  kind: string,
): Promise<(readonly [first: number, end: number])[]> {
  const [first, end] = markRange(kind);
  const [row] = await store.rows(
    "SELECT count(*) AS n FROM mark WHERE mark >= ? AND mark < ?",
    ...[first, end],
  );
  const pieces = Math.ceil(Number(row!["n"]) / ROWS);
  const length = Math.ceil((end - first) / pieces);
  return Array.from({ length: pieces }, (_, piece) => {
    const from = first + piece * length;
    return [from, Math.min(from + length, end)];
  });
}

/** Marks that few attackers have in common, attackers in order. */
async function sharedMarks(store: ProfileStore): Promise<Group[]> {
  const groups: { mark: number; kind: string; attackers: number[] }[] = [];
  for (const kind of [...STRONG, ...WEAK].sort()) {
    const most = STRONG.has(kind) ? MAX_STRONG : MAX_WEAK;
    for (const span of await spansOf(store, kind)) {
      const rows = await store.rows(
        `SELECT mark, attacker FROM mark WHERE mark >= ? AND mark < ? AND mark IN (
           SELECT mark FROM mark WHERE mark >= ? AND mark < ?
           GROUP BY mark HAVING count(*) BETWEEN 2 AND ${most}
         ) ORDER BY mark, attacker`,
        ...span,
        ...span,
      );
      for (const row of rows) {
        const [mark, attacker] = [Number(row["mark"]), Number(row["attacker"])];
        const last = groups.at(-1);
        if (last?.mark === mark) last.attackers.push(attacker);
        else groups.push({ mark, kind, attackers: [attacker] });
      }
    }
  }
  return groups;
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

async function describe(
  store: ProfileStore,
  groups: readonly Group[],
  parents: Map<number, number>,
): Promise<Cluster[]> {
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
  const clusters: Cluster[] = [];
  const addresses = await addressesOf(store, [...parents.keys()]);
  for (const [root, attackers] of members) {
    if (attackers.length < 2) continue;
    const names = attackers.map((id) => addresses.get(id)!).sort();
    const told = (marks.get(root) ?? [])
      .sort((one, other) => one.attackers.length - other.attackers.length || compare(one, other))
      .slice(0, MAX_TOLD);
    clusters.push({
      cluster: names[0]!,
      size: names.length,
      attackers: names,
      shared: await describeTraits(store, told),
    });
  }
  return clusters.sort((one, other) =>
    other.size - one.size || (one.cluster < other.cluster ? -1 : 1)
  );
}

/** Addresses that are asked for together. */
const ADDRESSES = 1000;

async function addressesOf(
  store: ProfileStore,
  ids: readonly number[],
): Promise<Map<number, string>> {
  const addresses = new Map<number, string>();
  for (let at = 0; at < ids.length; at += ADDRESSES) {
    const some = ids.slice(at, at + ADDRESSES);
    const rows = await store.rows(
      `SELECT id, address FROM attacker WHERE id IN (${some.map(() => "?").join(", ")})`,
      ...some,
    );
    for (const row of rows) addresses.set(Number(row["id"]), String(row["address"]));
  }
  return addresses;
}

function compare(one: Group, other: Group): number {
  return one.kind === other.kind ? one.mark - other.mark : one.kind < other.kind ? -1 : 1;
}

/** The index holds hashes: an attacker's own aggregates know the text. */
async function describeTraits(
  store: ProfileStore,
  groups: readonly Group[],
): Promise<SharedTrait[]> {
  const aggregates = await store.aggregates(groups.map(({ attackers }) => attackers[0]!));
  return groups.map(({ mark, attackers }, index) => {
    const kind = kindOf(mark);
    const text = traitText(aggregates[index]!, mark) ?? "";
    if (kind !== CREDENTIAL_TRAIT) return { kind, value: text, attackers: attackers.length };
    const [principal = "", secretKind = ""] = text.split("\0", 2);
    const secret = text.slice(principal.length + secretKind.length + 2);
    return { kind, value: `${principal} ${secretHash(secret)}`, attackers: attackers.length };
  });
}
