/** What attackers write comes out of every store as it went into it. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { CODE_POINT } from "../support/text_arbitrary.ts";
import { buildProfile } from "../../lib/profile/build_profile.ts";
import { clustersOf } from "../../lib/profile/clusters.ts";
import { findAttackers, SharedCounts } from "../../lib/profile/find_attackers.ts";
import type { ProfileStore } from "../../lib/profile/profile_store.ts";
import { STORE_KINDS } from "../support/profile_stores.ts";
import { dumpOf, openStore, readInto } from "../support/profile_world.ts";
import { testNeeding } from "../support/requirements.ts";
import { tempFolder } from "../support/temp_folder.ts";

/** What a database may take for an end, a command or nothing it knows. */
const TEXTS = [
  "a\0b\0",
  "\ud800 alone \udfff",
  "'); DROP TABLE attacker; --",
  '"}; DELETE FROM mark; $1 $$ ? %s',
  "\\x00\\u0000\\'",
  "{1,2,NULL}",
  "\u{10ffff}\ufffe\uffff\u202e",
  "x".repeat(65_536),
  "__proto__",
];

/** Lines of two attackers who say each text wherever something can be said. */
function hostileLines(texts: readonly string[]): string {
  return texts.flatMap((text, index) =>
    ["198.51.100.1", "2001:db8::1"].flatMap((attacker, other) => {
      const about: readonly (readonly [string, Record<string, unknown>])[] = [
        ["auth_attempt", { username: text, password: text, outcome: "success" }],
        ["auth_attempt", { username: text, secret_b64: btoa("\0\xff" + index), secret_kind: text }],
        ["command", { command: text }],
        ["request", { method: text, path: text, user_agent: text }],
        ["rcpt_to", { value: `<x@${text}.com>` }],
        ["file_captured", { path: text, sha256: text, url: text, size: 1e308 }],
        ["upload", { sha256: text, size: -1e308, bytes: Number.MAX_VALUE }],
        ["connect", { ssh_version: text, hassh: text, ja4: text, ja3: text }],
        [text, { [text]: text }],
      ];
      return about.map(([event_type, fields], place) =>
        `${
          JSON.stringify({
            timestamp: new Date(Date.UTC(2026, 8, 1, index, place, other)).toISOString(),
            decky: text,
            service: place % 2 === 0 ? text : "ssh",
            event_type,
            attacker_ip: attacker,
            fields,
          })
        }\n`
      );
    })
  ).join("");
}

/** All that can be asked. */
async function answers(store: ProfileStore): Promise<string> {
  const counts = new SharedCounts(store);
  const profiles: unknown[] = [];
  for await (const attackers of findAttackers(store, { sort: "events" })) {
    const sharedBy = await counts.of(attackers);
    for (const { address, aggregate } of attackers) {
      profiles.push(buildProfile(address, aggregate, { secrets: true, sharedBy }));
    }
  }
  for (const text of TEXTS) {
    for await (
      const found of findAttackers(store, { fingerprints: [["ja4", text]], decky: text })
    ) {
      profiles.push(...found.map(({ address }) => address));
    }
  }
  return JSON.stringify([profiles, await clustersOf(store)]);
}

const [file, ...others] = STORE_KINDS;

for (const { name, needs, fresh, share } of others) {
  testNeeding(
    needs,
    `A profile store in ${name} keeps whatever attackers write as a file does`,
    async () => {
      await using folder = await tempFolder();
      const log = `${folder.path}/it's "a" $1 log?.json`;
      let checked = 0;
      const check = async (texts: readonly string[]) => {
        await Deno.writeTextFile(log, hostileLines(texts));
        const [one, other] = [await file!.fresh(), await fresh()];
        // Twice: what was stored is loaded and stored again.
        for (const db of [one, other]) await readInto({ db, logs: [log], maxEvents: 7 });
        await using known = await openStore(one);
        await using store = await openStore(other);
        assert.equal(await dumpOf(other), await dumpOf(one));
        assert.equal(await answers(store), await answers(known));
        checked++;
      };
      await check(TEXTS);
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.string({ unit: CODE_POINT, maxLength: 40 }), { minLength: 1, maxLength: 3 }),
          check,
        ),
        { numRuns: Math.ceil(12 * share) },
      );
      assert.ok(checked > 5);
    },
  );
}
