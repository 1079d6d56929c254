import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { Aggregate } from "./aggregate.ts";
import { clustersOf } from "./clusters.ts";
import { markRange } from "./marks.ts";
import type { ProfileStore } from "./profile_store.ts";

/** How many attackers have a mark, in turn; nine are too many. */
const SIZES = [2, 3, 8, 9];

/** A store that has marks and nothing else, and tells how many rows an answer had at most. */
class MarkStore {
  readonly group = 1;
  mostRows = 0;
  readonly #database = new DatabaseSync(":memory:");

  constructor(marks: readonly (readonly [mark: number, attackers: readonly number[]])[]) {
    this.#database.exec(
      "CREATE TABLE mark (mark INTEGER, attacker INTEGER, PRIMARY KEY (mark, attacker));" +
        "CREATE TABLE attacker (id INTEGER PRIMARY KEY, address TEXT); BEGIN",
    );
    const add = this.#database.prepare("INSERT OR IGNORE INTO mark VALUES (?, ?)");
    const name = this.#database.prepare("INSERT OR IGNORE INTO attacker VALUES (?, ?)");
    for (const [mark, attackers] of marks) {
      for (const attacker of attackers) {
        add.run(mark, attacker);
        name.run(attacker, `a${String(attacker).padStart(5, "0")}`);
      }
    }
    this.#database.exec("COMMIT");
  }

  rows(sql: string, ...values: number[]) {
    const rows = this.#database.prepare(sql).all(...values);
    this.mostRows = Math.max(this.mostRows, rows.length);
    return Promise.resolve(rows);
  }

  aggregates(ids: readonly number[]) {
    return Promise.resolve(ids.map(() => new Aggregate()));
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }
}

/** Groups of those who have three marks in common that at most eight have, by looking at every pair. */
function expected(marks: readonly (readonly [mark: number, attackers: readonly number[]])[]) {
  const pairs = new Map<string, number>();
  const roots = new Map<number, number>();
  const rootOf = (at: number): number => roots.has(at) ? rootOf(roots.get(at)!) : at;
  const inAny = new Set<number>();
  for (const [, attackers] of marks) {
    if (attackers.length > 8) continue;
    for (const one of attackers) {
      for (const other of attackers) {
        if (other <= one) continue;
        const count = (pairs.get(`${one} ${other}`) ?? 0) + 1;
        pairs.set(`${one} ${other}`, count);
        if (count !== 3) continue;
        for (const each of [one, other]) inAny.add(each);
        const [root, otherRoot] = [rootOf(one), rootOf(other)];
        if (root !== otherRoot) roots.set(otherRoot, root);
      }
    }
  }
  const groups = Map.groupBy([...inAny].sort((one, other) => one - other), rootOf);
  return [...groups.values()].map((group) => group.map((id) => `a${String(id).padStart(5, "0")}`))
    .sort((one, other) => other.length - one.length || (one[0]! < other[0]! ? -1 : 1));
}

Deno.test("clustersOf() joins who shares three rare things, of more marks than one answer holds", async () => {
  const [first] = markRange("credential");
  let seed = 1;
  const random = (below: number) => {
    seed = Math.imul(seed, 1_103_515_245) + 12_345 >>> 0;
    return (seed >>> 8) % below;
  };
  const marks = Array.from({ length: 60_000 }, (_, index) => {
    const size = SIZES[index % SIZES.length]!;
    const attackers = new Set<number>();
    while (attackers.size < size) attackers.add(1 + random(8000));
    return [first + index * 2 ** 32, [...attackers]] as const;
  });
  using store = new MarkStore(marks);
  const clusters = await clustersOf(store as unknown as ProfileStore);
  assert.ok(clusters.length > 0);
  assert.deepEqual(clusters.map(({ attackers }) => attackers), expected(marks));
  // Not the whole index at once, which may be many millions.
  assert.ok(store.mostRows < 201_000, String(store.mostRows));
});
