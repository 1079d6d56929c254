import assert from "node:assert/strict";
import { madeProfile } from "../../../tests/support/made_profile.ts";
import { MOST_LISTED, PageContents } from "./page_contents.ts";

Deno.test("PageContents counts everybody, and keeps no more than are listed", () => {
  const one = madeProfile();
  const contents = new PageContents();
  const last = "2026-12-01T00:00:00.000000Z";
  for (let index = 0; index < MOST_LISTED + 10; index++) contents.add([one]);
  contents.add([madeProfile({ last_seen: last, deckies: [] })]);
  assert.equal(contents.attackers, MOST_LISTED + 11);
  assert.equal(contents.listed.length, MOST_LISTED);
  assert.equal(contents.events, one.events * contents.attackers);
  assert.equal(contents.commands, one.commands.total * contents.attackers);
  assert.deepEqual([...contents.deckies], one.deckies.map(({ decky }) => decky));
  assert.deepEqual(contents.period, { first_seen: one.first_seen, last_seen: last });
});
