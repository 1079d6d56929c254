/** Finds attackers in the store: by what they have, in an order, as many as are wanted. */
import type { SQLInputValue } from "node:sqlite";
import type { Aggregate } from "./aggregate.ts";
import { markOf, traitsOf } from "./marks.ts";
import type { BehaviourClass, FingerprintKind } from "./profile.ts";
import type { ProfileStore } from "./profile_store.ts";

/** What attackers may be sorted by, the largest first. */
export const SORT_KEYS = ["risk", "events", "last_seen", "deckies"] as const;

/** What attackers may be sorted by. */
export type SortKey = (typeof SORT_KEYS)[number];

/** Who is wanted: all that hold. */
export interface Wanted {
  /** Microseconds since the epoch: seen then or later. */
  readonly since?: number | undefined;
  readonly class?: BehaviourClass | undefined;
  readonly fingerprints?: readonly (readonly [kind: FingerprintKind, value: string])[];
  readonly decky?: string | undefined;
  readonly service?: string | undefined;
  /** Changed by the run with this number. */
  readonly run?: number | undefined;
  readonly addresses?: readonly string[] | undefined;
  /** For what the store does not know. */
  readonly accept?: ((address: string) => boolean) | undefined;
  readonly sort?: SortKey;
  readonly limit?: number | undefined;
}

/** An attacker in the store. */
export interface FoundAttacker {
  readonly id: number;
  readonly address: string;
  readonly aggregate: Aggregate;
}

/** Those who are wanted, one at a time. @throws {StateError} */
export function* findAttackers(
  store: ProfileStore,
  wanted: Wanted,
): Generator<FoundAttacker, void> {
  const { decky, service, accept, fingerprints = [], limit = Infinity } = wanted;
  const { where, values } = conditions(wanted);
  const sort = wanted.sort ?? "risk";
  // All numbers first: who prints may take as long as he likes, and the store is not held meanwhile.
  const rows = store.query((database) =>
    database.prepare(
      `SELECT id, address FROM attacker WHERE ${where} ORDER BY ${sort} DESC, address`,
    ).all(...values)
  );
  let found = 0;
  for (const row of rows) {
    if (found >= limit) return;
    const id = Number(row["id"]);
    const address = String(row["address"]);
    if (accept !== undefined && !accept(address)) continue;
    const aggregate = store.aggregate(id);
    // A mark is a hash.
    const has = fingerprints.every(([kind, value]) => traitsOf(aggregate, kind)?.get(value));
    if (!has || !hasVisited(aggregate, decky, service)) continue;
    found++;
    yield { id, address, aggregate };
  }
}

function conditions(wanted: Wanted): { where: string; values: SQLInputValue[] } {
  const terms = ["TRUE"];
  const values: SQLInputValue[] = [];
  const add = (term: string, ...more: SQLInputValue[]) => {
    terms.push(term);
    values.push(...more);
  };
  if (wanted.since !== undefined) add("last_seen >= ?", wanted.since);
  if (wanted.class !== undefined) add("class = ?", wanted.class);
  if (wanted.run !== undefined) add("run = ?", wanted.run);
  if (wanted.addresses !== undefined) {
    add(`address IN (${wanted.addresses.map(() => "?").join(", ")})`, ...wanted.addresses);
  }
  for (const [kind, value] of wanted.fingerprints ?? []) {
    add("id IN (SELECT attacker FROM mark WHERE mark = ?)", markOf(kind, value));
  }
  return { where: terms.join(" AND "), values };
}

function hasVisited(
  { deckies }: Aggregate,
  decky: string | undefined,
  service: string | undefined,
): boolean {
  if (decky === undefined && service === undefined) return true;
  for (const [name, visit] of deckies) {
    if (decky !== undefined && name !== decky) continue;
    if (service === undefined || visit.services.get(service) !== undefined) return true;
  }
  return false;
}

/** Attackers beyond which nobody counts on. */
const MAX_SHARED = 10_000;

/** Traits whose counts are remembered. */
const MAX_KNOWN = 50_000;

/** A function that counts the attackers with a trait: what `buildProfile()` calls `sharedBy`. */
export function sharedCounter(store: ProfileStore): (kind: string, text: string) => number {
  const statement = store.query((database) =>
    database.prepare(
      `SELECT count(*) AS n FROM (SELECT 1 FROM mark WHERE mark = ? LIMIT ${MAX_SHARED})`,
    )
  );
  const known = new Map<number, number>();
  return (kind, text) => {
    const mark = markOf(kind, text);
    const before = known.get(mark);
    if (before !== undefined) return before;
    const count = store.query(() => Number(statement.get(mark)!["n"]));
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(mark, count);
    return count;
  };
}
