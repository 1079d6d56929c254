import assert from "node:assert/strict";
import { PHASES, type Profile } from "../../lib/profile/profile.ts";
import { makeAttackLog } from "../../scripts/make_attack_log/make.ts";
import type { Truth } from "../../scripts/make_attack_log/truth.ts";
import { decnet } from "../support/decnet.ts";
import { STORE_KINDS } from "../support/profile_stores.ts";
import { testNeeding } from "../support/requirements.ts";
import { tempFolder } from "../support/temp_folder.ts";

const EVENTS = 6000;
const ATTACKERS = 150;

/** Two logs. */
const SEEDS = [1, 20_261_121];

/** What the generator knows, and what the executable says of the same log. */
interface Comparison {
  readonly truth: Truth;
  readonly profile: Profile;
}

/** Makes a log and profiles it. */
async function compare(seed: number, db: string): Promise<Comparison[]> {
  await using folder = await tempFolder();
  const [lines, truths]: [string[], Truth[]] = [[], []];
  makeAttackLog({ events: EVENTS, attackers: ATTACKERS, seed }, {
    line: (text) => lines.push(text),
    truth: (truth) => truths.push(truth),
  });
  const log = `${folder.path}/decnet.json`;
  await Deno.writeTextFile(log, lines.join(""));
  const { code, stdout, stderr } = await decnet([
    ...["profile", log, "--db", db],
  ]);
  assert.equal(code, 0, stderr);
  const printed: Profile[] = stdout.split("\n").slice(0, -1).map((line) => JSON.parse(line));
  const profiles = new Map(printed.map((profile) => [profile.attacker_ip, profile]));
  assert.equal(printed.length, truths.length, "attackers");
  return truths.map((truth) => {
    const profile = profiles.get(truth.attacker_ip);
    assert.ok(profile !== undefined, `${truth.attacker_ip} has no profile`);
    return { truth, profile };
  });
}

/** Asserts that `found` gives for each profile what `wanted` gives for its truth. */
function assertSame<T>(
  comparisons: readonly Comparison[],
  wanted: (truth: Truth) => T,
  found: (profile: Profile) => T,
): void {
  for (const { truth, profile } of comparisons) {
    assert.deepEqual(found(profile), wanted(truth), `${truth.kind} ${truth.attacker_ip}`);
  }
}

function sorted(counts: Readonly<Record<string, number>>): [string, number][] {
  return Object.entries(counts).sort(([one], [other]) => one < other ? -1 : 1);
}

/** Every log in a file, and one in each other store: what the stores hold is compared elsewhere. */
const CASES = STORE_KINDS.flatMap((kind, at) =>
  SEEDS.slice(0, at === 0 ? SEEDS.length : 1).map((seed) => ({ ...kind, seed }))
);

for (const { name, needs, fresh, seed } of CASES) {
  const title = `decnet profile with ${name} finds out what is true of a made log (seed ${seed})`;
  testNeeding(needs, title, async (t) => {
    const all = await compare(seed, await fresh());

    await t.step("events, evidence, first and last sight", () => {
      const pick = ({ events, evidence, first_seen }: Truth | Profile) => ({
        ...{ events, evidence, first_seen },
      });
      assertSame(all, pick, pick);
      // Our own lines about an attacker may come after its last event.
      for (const { truth, profile } of all) assert.ok(profile.last_seen >= truth.last_seen);
    });

    await t.step("events of each type and in each service", () => {
      assertSame(
        all,
        ({ event_types }) => sorted(event_types),
        ({ event_types }) =>
          sorted(Object.fromEntries(event_types.map(({ name, count }) => [name, count]))),
      );
      assertSame(
        all,
        ({ services }) => sorted(services),
        ({ services }) => services.map(({ service, events }) => [service, events]),
      );
    });

    await t.step("path over decoys, with times", () => {
      const visits = ({ deckies }: Truth | Profile) =>
        deckies.map(({ decky, first_seen }) => [decky, first_seen]);
      assertSame(all, visits, visits);
      assertSame(
        all,
        ({ deckies }) => deckies.length > 1 ? deckies.map(({ decky }) => decky) : undefined,
        ({ traversal_path }) => traversal_path,
      );
    });

    await t.step("phases, with the time at which each began", () => {
      assertSame(
        all,
        ({ phases }) => PHASES.filter((phase) => phase in phases).map((one) => [one, phases[one]]),
        ({ phases }) =>
          PHASES.flatMap((name) => {
            const span = phases.find(({ phase }) => phase === name);
            return span === undefined ? [] : [[name, span.first_seen]];
          }),
      );
    });

    await t.step("sessions", () => {
      assertSame(all, ({ sessions }) => sessions, ({ session_count }) => session_count);
    });

    await t.step("commands and credentials", () => {
      assertSame(
        all,
        ({ commands, credentials }) => [commands.total, credentials.attempts],
        ({ commands, credentials }) => [commands.total, credentials.total],
      );
      for (const { truth, profile } of all) {
        const { commands, credentials } = profile;
        if (!commands.truncated) assert.equal(commands.items.length, truth.commands.distinct);
        if (credentials.truncated) continue;
        assert.equal(credentials.items.length, truth.credentials.distinct, truth.attacker_ip);
      }
    });

    await t.step("domains of victims, each recipient once", () => {
      assertSame(
        all,
        ({ domains }) => sorted(domains),
        ({ victim_domains }) =>
          sorted(
            Object.fromEntries(
              victim_domains.items.map(({ domain, recipients }) => [domain, recipients]),
            ),
          ),
      );
    });

    await t.step("fingerprints out of our own lines", () => {
      for (const { truth, profile } of all) {
        const found = new Set(profile.fingerprints.map(({ kind, value }) => `${kind} ${value}`));
        for (const fingerprint of truth.fingerprints) {
          assert.ok(found.has(fingerprint), `${truth.attacker_ip} lacks ${fingerprint}`);
        }
      }
    });

    await t.step("tools", () => {
      for (const { truth, profile } of all) {
        const found = new Set(profile.tools.map(({ tool }) => tool));
        // A cadence is known only as well as the jitter of few visits lets it be.
        if (truth.kind === "beacon") continue;
        for (const tool of truth.tools ?? []) assert.ok(found.has(tool), `${tool} not found`);
      }
    });

    await t.step("classes", () => {
      const wrong = all.filter(({ truth, profile }) => truth.class !== profile.behaviour.class);
      const described = wrong.map(({ truth, profile }) =>
        `${truth.kind} ${
          truth.variant ?? ""
        }: ${profile.behaviour.class}, ${profile.behaviour.reason}`
      );
      assert.deepEqual(described, []);
    });

    await t.step("beacons", () => {
      for (const { truth, profile } of all) {
        if (truth.beacon === undefined) continue;
        const { interval_s, cv } = truth.beacon;
        const { beacon } = profile;
        assert.ok(beacon !== undefined, truth.attacker_ip);
        // The mean of n intervals strays by cv / sqrt(n); four times that does not happen.
        const stray = 4 * interval_s * cv / Math.sqrt(truth.events - 1);
        assert.ok(Math.abs(beacon.interval_s - interval_s) <= stray, `${beacon.interval_s}`);
        assert.ok(
          Math.abs(beacon.jitter_pct / 100 - cv) <= 0.6 * cv + 0.01,
          `${beacon.jitter_pct}`,
        );
      }
    });
  });
}
