import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import type { Cluster } from "../../lib/profile/clusters.ts";
import type { Profile } from "../../lib/profile/profile.ts";
import { decnet, type PrintedEvent } from "../support/decnet.ts";
import { RunningDecnet } from "../support/running_decnet.ts";
import { tempFolder } from "../support/temp_folder.ts";

const ONE = "192.0.2.7";
const OTHER = "2001:db8::7";

interface Line {
  readonly at: number;
  readonly attacker?: string;
  readonly type?: string;
  readonly decky?: string;
  readonly service?: string;
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** A line as decoys leave it, `at` seconds after the first. */
function line({ at, attacker = ONE, type = "connect", decky, service, fields = {} }: Line): string {
  return `${
    JSON.stringify({
      timestamp: new Date(1_788_256_800_000 + at * 1000).toISOString(),
      decky: decky ?? "web-01",
      service: service ?? "ssh",
      event_type: type,
      attacker_ip: attacker,
      fields,
    })
  }\n`;
}

function logins(from: number, count: number, more: Omit<Line, "at"> = {}): string {
  return Array.from({ length: count }, (_, index) =>
    line({
      at: from + index,
      type: "auth_attempt",
      fields: { username: "root", password: `p${index}` },
      ...more,
    })).join("");
}

/** A folder with a log and a place for the store. */
async function world() {
  const folder = await tempFolder();
  const log = `${folder.path}/decnet.json`;
  return {
    log,
    folder: folder.path,
    run: async (args: readonly string[], stdin?: string) => {
      const { code, stdout, stderr } = await decnet(
        ["profile", ...args, "--db", `${folder.path}/profiles.db`],
        stdin === undefined ? {} : { stdin },
      );
      const profiles = stdout.split("\n").slice(0, -1)
        .map((text): Profile => JSON.parse(text));
      return { code, stdout, stderr, profiles };
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

Deno.test("decnet profile prints whom a run has touched, with totals over all runs (R1)", async () => {
  await using here = await world();
  const { log, run } = here;
  await Deno.writeTextFile(log, logins(0, 9) + line({ at: 5, attacker: OTHER }));
  const first = await run([log]);
  assert.equal(first.code, 0, first.stderr);
  assert.deepEqual(first.profiles.map(({ attacker_ip }) => attacker_ip).sort(), [ONE, OTHER]);
  assert.deepEqual((await run([log])).profiles, []);
  await Deno.writeTextFile(log, logins(100, 9, { decky: "web-02" }), { append: true });
  const [profile, ...rest] = (await run([log])).profiles;
  assert.deepEqual(rest, []);
  assert.equal(profile?.events, 18);
  assert.equal(profile?.first_seen, "2026-09-01T10:00:00.000000Z");
  assert.deepEqual(profile?.traversal_path, ["web-01", "web-02"]);
  assert.equal(profile?.behaviour.class, "brute_force");
});

Deno.test("decnet profile reads on across rotation, compressed files too", async () => {
  await using here = await world();
  const { log, run } = here;
  await Deno.writeTextFile(log, logins(0, 4));
  await run([log]);
  await Deno.writeTextFile(log, logins(10, 3), { append: true });
  await Deno.writeFile(`${log}.1.gz`, gzipSync(await Deno.readFile(log)));
  await Deno.remove(log);
  await Deno.writeTextFile(log, logins(20, 2));
  const [profile] = (await run([log])).profiles;
  assert.equal(profile?.events, 9);
});

Deno.test("decnet profile counts lines that are no events, and lines about nobody", async () => {
  await using here = await world();
  const { log, run } = here;
  const garbage = ["", "[1]", "null", '{"timestamp":', "x".repeat(70_000), "\0\0"].join("\n");
  await Deno.writeTextFile(
    log,
    [
      ...[line({ at: 0 }), `${garbage}\n`, line({ at: 1, attacker: "Unknown", type: "startup" })],
      line({ at: 2, type: "attacker_scored", service: "profiler", decky: "decnet-profiler" }),
      line({ at: 3, type: "__proto__", fields: { __proto__: 1, command: "x".repeat(65_536) } }),
    ].join(""),
  );
  const { code, stderr, profiles } = await run([log]);
  assert.equal(code, 0);
  assert.match(stderr, /2 events of 10 lines, 6 malformed, 1 about nobody, 1 our own/);
  assert.equal(profiles[0]?.events, 2);
});

Deno.test("decnet profile show tells of attackers by name, and fails for one that nobody knows", async () => {
  await using here = await world();
  const { log, run } = here;
  await Deno.writeTextFile(log, logins(0, 9) + line({ at: 5, attacker: OTHER }));
  await run([log]);
  const [profile] = (await run(["show", "2001:DB8:0::7"])).profiles;
  assert.equal(profile?.attacker_ip, OTHER);
  const { code, stderr } = await run(["show", "192.0.2.99"]);
  assert.equal(code, 1);
  assert.match(stderr, /nothing is known of 192\.0\.2\.99\n/);
  // As logs and other tools write it, and twice.
  const twice = await run(["show", `::ffff:${ONE}`, `${ONE}:40022`, ONE]);
  assert.equal(twice.code, 0, twice.stderr);
  assert.deepEqual(twice.profiles.map(({ attacker_ip }) => attacker_ip), [ONE]);
  assert.equal((await run(["show", "web-01"])).code, 2);
  assert.equal((await run(["show"])).code, 2);
});

Deno.test("decnet profile sorts, limits and filters what is in the store", async () => {
  await using here = await world();
  const { log, run } = here;
  const hello = line({
    ...{ at: 9, attacker: OTHER, type: "tls_client_hello", service: "sniffer" },
    fields: { ja3: "abc", ja4: "t13d_x" },
  });
  await Deno.writeTextFile(
    log,
    logins(0, 9) + hello + line({ at: 99, attacker: OTHER, service: "http", decky: "web-02" }),
  );
  await run([log]);
  const found = async (...args: string[]) =>
    (await run(args)).profiles.map(({ attacker_ip }) => attacker_ip);
  assert.deepEqual(await found(), [ONE, OTHER]);
  assert.deepEqual(await found("--top", "1", "--sort", "events"), [ONE]);
  assert.deepEqual(await found("--sort", "last_seen"), [OTHER, ONE]);
  assert.deepEqual(await found("--ja4", "t13d_x", "--ja3", "abc"), [OTHER]);
  assert.deepEqual(await found("--ja4", "t13d_y"), []);
  assert.deepEqual(await found("--class", "brute_force"), [ONE]);
  assert.deepEqual(await found("--decky", "web-02", "--service", "http"), [OTHER]);
  assert.deepEqual(await found("--decky", "web-02", "--service", "ssh"), []);
  assert.deepEqual(await found("--since", "0"), []);
  assert.equal((await run(["--asn", "64500"])).code, 2);
});

Deno.test("decnet profile - reads standard input, and keeps nothing of it without --db", async () => {
  await using folder = await tempFolder();
  const { code, stdout, stderr } = await decnet(["profile", "-"], {
    stdin: logins(0, 9),
    env: { XDG_STATE_HOME: folder.path },
  });
  assert.equal(code, 0, stderr);
  assert.equal((JSON.parse(stdout) as Profile).events, 9);
  await assert.rejects(Deno.stat(`${folder.path}/decnet`), Deno.errors.NotFound);
});

Deno.test("decnet profile tells of scores and traversals once, and takes its own lines for nobody's", async () => {
  await using here = await world();
  const { log, run, folder } = here;
  const base = `${folder}/decnet`;
  await Deno.writeTextFile(log, logins(0, 9) + logins(20, 9, { decky: "web-02" }));
  const events = (text: string): PrintedEvent[] =>
    text.split("\n").slice(0, -1).map((each) => JSON.parse(each));
  const { stdout } = await run([log, "--events", "--out", base]);
  const [scored, traversal] = events(stdout);
  assert.equal(scored?.event_type, "attacker_scored");
  assert.equal(scored?.fields["event_count"], 18);
  assert.equal(scored?.fields["is_traversal"], true);
  assert.equal(traversal?.event_type, "traversal_detected");
  assert.deepEqual(traversal?.fields["deckies"], ["web-01", "web-02"]);
  const told = (await Deno.readTextFile(`${base}.log`)).split("\n").slice(0, -1);
  assert.equal(told.length, 2);
  assert.match(told[1]!, /^<132>1 \S+ decnet-correlator correlator - traversal_detected /);
  // The log that it reads is the one that it writes.
  const again = await run([log, "--events", "--out", base]);
  assert.equal(again.stdout, "");
  assert.match(again.stderr, /0 events of 2 lines, 2 our own/);
  await Deno.writeTextFile(log, line({ at: 99 }), { append: true });
  const types = events((await run([log, "--events", "--out", base])).stdout)
    .map(({ event_type }) => event_type);
  assert.deepEqual(types, ["attacker_scored"]);
});

Deno.test("decnet profile --cluster groups attackers that share a key or several rare things", async () => {
  await using here = await world();
  const { log, run } = here;
  const key = (at: number, attacker: string) =>
    line({ at, attacker, type: "auth_attempt", fields: { user: "git", fingerprint: "SHA256:k" } });
  const secrets = (attacker: string) =>
    ["a", "b", "c"].map((password, at) =>
      line({ at, attacker, type: "auth_attempt", fields: { username: "u", password } })
    ).join("");
  await Deno.writeTextFile(
    log,
    [
      ...[key(0, "192.0.2.1"), key(1, "192.0.2.2"), secrets("192.0.2.3"), secrets("192.0.2.4")],
      line({
        at: 9,
        attacker: "192.0.2.5",
        type: "auth_attempt",
        fields: { username: "u", password: "a" },
      }),
    ].join(""),
  );
  const { stdout } = await run([log, "--cluster"]);
  const clusters: Cluster[] = stdout.split("\n").slice(0, -1).map((text) => JSON.parse(text));
  assert.deepEqual(clusters.map(({ attackers }) => attackers), [
    ["192.0.2.1", "192.0.2.2"],
    ["192.0.2.3", "192.0.2.4"],
  ]);
  assert.ok(
    clusters[0]!.shared.some(({ kind, value }) => kind === "ssh_key" && value === "SHA256:k"),
  );
  assert.ok(!stdout.includes('"a"'), "a password");
});

Deno.test("decnet profile --watch tells of what comes, until it is stopped", async () => {
  await using here = await world();
  const { log, folder } = here;
  await Deno.writeTextFile(log, logins(0, 9));
  await using run = new RunningDecnet([
    ...["profile", log, "--db", `${folder}/profiles.db`, "--watch", "--interval", "50ms"],
  ]);
  await run.stdout.until((text) => text.includes('"events":9,'));
  await Deno.writeTextFile(log, logins(50, 2), { append: true });
  await run.stdout.until((text) => text.includes('"events":11,'));
  run.kill("SIGTERM");
  const { code, stdout } = await run.end();
  assert.equal(code, 0);
  assert.equal(stdout.split("\n").length, 3);
});

Deno.test("decnet profile says what is wrong with a log, a store or a file of networks", async () => {
  await using here = await world();
  const { log, run, folder } = here;
  const missing = await run([`${folder}/none.json`]);
  assert.equal(missing.code, 1);
  assert.match(missing.stderr, /there is no such log/);
  await Deno.writeTextFile(log, "no\nevents\nin\nall\nof\nthis\n");
  assert.match((await run([log])).stderr, /none of 6 lines is an event/);
  const db = `${folder}/other.db`;
  await Deno.writeTextFile(db, "not a database, by no means whatever, not in the least".repeat(99));
  const other = await decnet(["profile", log, "--db", db]);
  assert.equal(other.code, 1);
  assert.match(other.stderr, /^decnet: profile store .*other\.db: .*\n {2}hint: --db PATH/m);
  const nowhere = await decnet(["profile", "--top", "3", "--db", `${folder}/none.db`]);
  assert.equal(nowhere.code, 1);
  assert.match(nowhere.stderr, /there is no profile store/);
  const mmdb = await run([log, "--mmdb", log]);
  assert.equal(mmdb.code, 1);
  assert.match(mmdb.stderr, /is no MaxMind DB/);
  assert.equal((await run(["--watch"])).code, 2);
});
