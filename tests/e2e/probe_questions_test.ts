/** `decnet probe --list` and `--history`: questions that probe nobody. */
import assert from "node:assert/strict";
import { PROBES } from "../../lib/probe/registry.ts";
import { decnet, decnetOnTerminal, printedEvents } from "../support/decnet.ts";
import { Fleet, fleetArguments } from "../support/rotating_fleet.ts";
import { testNeeding } from "../support/requirements.ts";
import { tempFolder } from "../support/temp_folder.ts";

const HASSH = "[0-9a-f]{32}";
const TIME = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ";

const jsonLines = (text: string) => text.trim().split("\n").map((line) => JSON.parse(line));

/** Probes one server that changes twice. */
async function probeThrice(folder: string, fleet: Fleet): Promise<void> {
  for (let generation = 0; generation < 3; generation++) {
    fleet.generation = generation;
    printedEvents(await decnet(fleetArguments(fleet, folder)));
  }
}

testNeeding(["script"], "probe --list shows every probe as a table on a terminal", async () => {
  const text = await decnetOnTerminal(["probe", "--list"], { NO_COLOR: "1" });
  const [heading, ...rows] = text.trim().split(/\r?\n/);
  assert.match(heading!, /^PROBE +PORTS +NEEDS +WHAT IT DOES$/);
  for (const { name, brief } of PROBES) {
    assert.ok(rows.some((row) => row.startsWith(`${name} `) && row.includes(brief)), name);
  }
});

Deno.test("probe --list prints JSON lines when piped, and keeps to --probe and --port", async () => {
  const all = jsonLines((await decnet(["probe", "--list"])).stdout);
  assert.deepEqual(all.map(({ probe }) => probe), PROBES.map(({ name }) => name));
  const one = jsonLines(
    (await decnet(["probe", "--list", "--probe", "jarm", "--port", "jarm=443,8443"])).stdout,
  );
  assert.deepEqual(one.map(({ probe, ports }) => [probe, ports]), [["jarm", [443, 8443]]]);
  assert.match(one[0].sends, /ClientHello/);
});

testNeeding(
  ["script"],
  "probe --history shows every hash with its times on a terminal",
  async () => {
    await using folder = await tempFolder();
    await using fleet = new Fleet(1);
    await probeThrice(folder.path, fleet);
    const args = ["probe", "--history", "127.0.0.1", "--state", `${folder.path}/state.db`];
    const text = await decnetOnTerminal(args, { NO_COLOR: "1" });
    const [heading, first, ...others] = text.trim().split(/\r?\n/);
    assert.match(heading!, /^PORT +PROBE +FIRST SEEN +LAST SEEN +HASH$/);
    const times = `${TIME} +${TIME} +${HASSH}`;
    assert.match(first!, new RegExp(`^${fleet.ports[0]} +hassh +${times}$`));
    assert.equal(others.length, 2);
    for (const row of others) assert.match(row, new RegExp(`^ +${times}$`));
    const unknown = [...args.slice(0, 2), "192.0.2.1", ...args.slice(3)];
    assert.match(await decnetOnTerminal(unknown), /^nothing is known of 192\.0\.2\.1\r?\n$/);
  },
);

Deno.test("probe --history prints JSON when piped: rotations in their order", async () => {
  await using folder = await tempFolder();
  await using fleet = new Fleet(2);
  await probeThrice(folder.path, fleet);
  const state = ["--state", `${folder.path}/state.db`];
  const { stdout } = await decnet(["probe", "--history", "127.0.0.1", ...state]);
  const entries = jsonLines(stdout);
  assert.deepEqual(
    entries.map(({ target_ip, port, probe, rotations }) => [target_ip, port, probe, rotations]),
    fleet.ports.toSorted((a, b) => a - b).map((port) => ["127.0.0.1", port, "hassh", 2]),
  );
  const log = (await Deno.readTextFile(`${folder.path}/out.json`)).trim().split("\n")
    .map((line) => JSON.parse(line).fields);
  for (const { port, hashes } of entries) {
    const rotated = log.filter(({ old_hash, target_port }) => old_hash && target_port === port);
    const texts = hashes.map(({ hash }: { hash: string }) => hash);
    assert.deepEqual(texts, [...rotated.map(({ old_hash }) => old_hash), rotated.at(-1).new_hash]);
    for (const { first_seen, last_seen } of hashes) assert.ok(first_seen <= last_seen);
    assert.ok(hashes[0].last_seen < hashes[1].first_seen);
  }
  const unknown = await decnet(["probe", "--history", "192.0.2.1", ...state]);
  assert.deepEqual([unknown.code, unknown.stdout], [0, ""]);
  const mapped = await decnet(["probe", "--history", "::ffff:127.0.0.1", ...state]);
  assert.equal(mapped.stdout, stdout, "not under the address that is probed");
});

Deno.test("probe --history makes no state file where there is none", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/none.db`;
  const run = await decnet(["probe", "--history", "127.0.0.1", "--state", path]);
  assert.deepEqual([run.code, run.stdout], [1, ""]);
  assert.match(run.stderr, /^decnet: there is no state file .*none\.db\n {2}hint: --state PATH/);
  assert.deepEqual(await Array.fromAsync(Deno.readDir(folder.path)), []);
});

/** Wrong command lines, and what the one line about each must name. */
const WRONG: readonly (readonly [args: string, message: RegExp])[] = [
  ["--watch 127.0.0.1", /--watch looks at logs\n {2}hint: give --from-log/],
  ["--from-log a.json 127.0.0.1", /--from-log finds its targets by itself/],
  ["--from-log a.json --targets list", /--from-log finds its targets by itself/],
  ["--from-log a.json --dry-run", /--dry-run needs targets/],
  ["--from-log a.json --no-state", /--from-log needs a state file/],
  ["--from-log a.json --reprobe-after 1h", /--reprobe-after is for targets.*\n.*--cooldown/],
  ["--from-log a.json --interval 0", /--interval: "0" is no time at all/],
  ["--from-log a.json --cooldown soon", /--cooldown: "soon" is not a duration/],
  ["--from-log a.json --max-targets 0", /--max-targets: "0" is not a whole number from 1/],
  ["--from-log a.json --decoys none.json", /--decoys: none\.json: .*No such file/],
  ["--list 127.0.0.1", /--list probes nobody/],
  ["--list --from-log a.json", /--list probes nobody/],
  ["--list --history 127.0.0.1", /--list and --history are two questions/],
  ["--history 127.0.0.1 127.0.0.2", /--history probes nobody/],
  ["--history me", /--history: "me" is not an IPv4 or IPv6 address/],
  ["--history 127.0.0.1 --no-state", /--history needs a state file/],
];

Deno.test("wrong usage of probe's service and questions is one line, and exit code 2", async (t) => {
  for (const [args, message] of WRONG) {
    await t.step(args, async () => {
      const run = await decnet(["probe", ...args.split(" ")]);
      assert.deepEqual([run.code, run.stdout], [2, ""], run.stderr);
      assert.match(run.stderr, message);
      assert.match(run.stderr, /^decnet: .*\n( {2}hint: .*\n)?$/, "not one line and a hint");
    });
  }
});
