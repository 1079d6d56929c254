/** Profiles out of the fleet's stream equal those of one machine that reads all logs. */
import assert from "node:assert/strict";
import { decnet } from "../support/decnet.ts";
import { startNatsHub } from "../support/nats_server.ts";
import { testNeeding } from "../support/requirements.ts";
import { tempFolder } from "../support/temp_folder.ts";

const SENSORS = 3;
const EVENTS = 1500;

testNeeding(
  ["nats-server"],
  "profile nats:// finds what profile of one log finds, run by run",
  async () => {
    await using folder = await tempFolder();
    await using hub = await startNatsHub();
    const whole = `${folder.path}/whole.json`;
    const made = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "-A", new URL("../../scripts/make_attack_log.ts", import.meta.url).pathname],
        ...["--events", String(EVENTS), "--attackers", "40", "--seed", "7"],
        ...["--out", whole, "--truth", `${folder.path}/truth.jsonl`],
      ],
      stdout: "null",
      stderr: "inherit",
    }).output();
    assert.equal(made.code, 0);
    const profile = async (input: string, db: string) => {
      const read = await decnet(["profile", input, "--db", `${folder.path}/${db}`]);
      assert.equal(read.code, 0, read.stderr);
      const all = await decnet([
        ...["profile", "--top", "1000", "--sort", "events", "--db", `${folder.path}/${db}`],
      ]);
      assert.equal(all.code, 0, all.stderr);
      return all.stdout.split("\n").filter(Boolean).sort();
    };
    const expected = await profile(whole, "whole.db");
    assert.ok(expected.length >= 40);

    // The log in parts, as sensors would ship it one after the other: order counts for intervals.
    const lines = (await Deno.readTextFile(whole)).trimEnd().split("\n");
    const share = Math.ceil(lines.length / SENSORS);
    let found: unknown;
    for (let part = 0; part < SENSORS; part++) {
      const path = `${folder.path}/part-${part}.json`;
      const some = lines.slice(part * share, (part + 1) * share);
      await Deno.writeTextFile(path, `${some.join("\n")}\n`);
      const ship = ["tail", path, "--no-follow", "--from-start", "--to", hub.url];
      const shipped = await decnet(ship);
      assert.equal(shipped.code, 0, shipped.stderr);
      found = await profile(hub.url, "fleet.db");
    }
    assert.deepEqual(found, expected);
  },
);
