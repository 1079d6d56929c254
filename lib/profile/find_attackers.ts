/** Finds attackers in the store: by what they have, in an order, as many as are wanted. */
import type { Aggregate } from "./aggregate.ts";
import { CREDENTIAL_TRAIT, markOf, traitsOf } from "./marks.ts";
import { type BehaviourClass, FINGERPRINT_KINDS, type FingerprintKind } from "./profile.ts";
import type { ProfileStore, SqlValue } from "./profile_store.ts";
import type { SortKey } from "./sort_key.ts";

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

/** Those who are wanted, a few at a time. @throws {StateError} */
export async function* findAttackers(
  store: ProfileStore,
  wanted: Wanted,
): AsyncGenerator<FoundAttacker[], void> {
  const { decky, service, accept, fingerprints = [], limit = Infinity } = wanted;
  const { where, values } = conditions(wanted);
  const sort = wanted.sort ?? "risk";
  // Where the store can tell all that is asked for, it need not name a million to find three.
  const isPrecise = accept === undefined && fingerprints.length === 0 && decky === undefined &&
    service === undefined;
  const most = isPrecise && limit < Infinity ? ` LIMIT ${Math.trunc(limit)}` : "";
  // All numbers first: who prints may take as long as he likes, and the store is not held meanwhile.
  const rows = await store.rows(
    `SELECT id, address FROM attacker WHERE ${where} ORDER BY ${sort} DESC, address${most}`,
    ...values,
  );
  const isWanted = ({ aggregate }: FoundAttacker) =>
    // A mark is a hash.
    fingerprints.every(([kind, value]) => traitsOf(aggregate, kind)?.get(value)) &&
    hasVisited(aggregate, decky, service);
  let found = 0;
  for (let at = 0; at < rows.length && found < limit;) {
    const group: { id: number; address: string }[] = [];
    while (at < rows.length && group.length < Math.min(store.group, limit - found)) {
      const row = rows[at++]!;
      const [id, address] = [Number(row["id"]), String(row["address"])];
      if (accept?.(address) !== false) group.push({ id, address });
    }
    const aggregates = await store.aggregates(group.map(({ id }) => id));
    const attackers = group.map((one, index) => ({ ...one, aggregate: aggregates[index]! }))
      .filter(isWanted);
    found += attackers.length;
    if (attackers.length > 0) yield attackers;
  }
}

function conditions(wanted: Wanted): { where: string; values: SqlValue[] } {
  const terms = ["TRUE"];
  const values: SqlValue[] = [];
  const add = (term: string, ...more: SqlValue[]) => {
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

/** Counts the attackers with a trait. */
export class SharedCounts {
  readonly #store: ProfileStore;
  readonly #known = new Map<number, number>();

  constructor(store: ProfileStore) {
    this.#store = store;
  }

  /**
   * What `buildProfile()` calls `sharedBy`, for these attackers.
   *
   * @throws {StateError} also the function
   */
  async of(attackers: readonly FoundAttacker[]): Promise<(kind: string, text: string) => number> {
    const known = this.#known;
    if (known.size >= MAX_KNOWN) known.clear();
    const count = await this.#store.markCounter(unknownMarks(attackers, known), MAX_SHARED);
    return (kind, text) => {
      const mark = markOf(kind, text);
      const before = known.get(mark);
      if (before !== undefined) return before;
      const attackers = count(mark);
      known.set(mark, attackers);
      return attackers;
    };
  }
}

/** Kinds whose traits a profile counts. */
const COUNTED_KINDS = [CREDENTIAL_TRAIT, ...FINGERPRINT_KINDS];

function* unknownMarks(
  attackers: readonly FoundAttacker[],
  known: ReadonlyMap<number, number>,
): Generator<number, void> {
  for (const { aggregate } of attackers) {
    for (const kind of COUNTED_KINDS) {
      for (const text of traitsOf(aggregate, kind)?.keys() ?? []) {
        const mark = markOf(kind, text);
        if (!known.has(mark)) yield mark;
      }
    }
  }
}
