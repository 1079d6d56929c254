import assert from "node:assert/strict";
import { Aggregate } from "./aggregate.ts";
import { findAttackers, type Wanted } from "./find_attackers.ts";
import type { ProfileStore } from "./profile_store.ts";

/** What the store is asked for, and whom it is said to have. */
async function asked(wanted: Wanted): Promise<{ sql: string; found: string[] }> {
  let sql = "";
  const all = Array.from({ length: 9 }, (_, id) => ({ id, address: `192.0.2.${id}` }));
  const store = {
    group: 2,
    rows: (text: string) => {
      sql = text;
      const limit = / LIMIT (\d+)$/.exec(text)?.[1];
      return Promise.resolve(limit === undefined ? all : all.slice(0, Number(limit)));
    },
    aggregates: (ids: readonly number[]) => Promise.resolve(ids.map(() => new Aggregate())),
  } as Pick<ProfileStore, "group" | "rows" | "aggregates">;
  const found = (await Array.fromAsync(findAttackers(store as ProfileStore, wanted))).flat();
  return { sql, found: found.map(({ address }) => address) };
}

Deno.test("findAttackers() asks the store for no more than are wanted", async () => {
  const { sql, found } = await asked({ limit: 3, class: "beaconing", since: 5 });
  assert.match(sql, / LIMIT 3$/);
  assert.equal(found.length, 3);
  assert.doesNotMatch((await asked({})).sql, /LIMIT/);
});

Deno.test("findAttackers() looks through all where it has to choose itself", async () => {
  const isOdd = (address: string) => /[13579]$/.test(address);
  const { sql, found } = await asked({ limit: 3, accept: isOdd });
  assert.doesNotMatch(sql, /LIMIT/);
  assert.deepEqual(found, ["192.0.2.1", "192.0.2.3", "192.0.2.5"]);
  for (
    const wanted of [{ decky: "d" }, { service: "s" }, { fingerprints: [["ja3", "x"]] as const }]
  ) {
    assert.doesNotMatch((await asked({ ...wanted, limit: 3 })).sql, /LIMIT/);
  }
});
