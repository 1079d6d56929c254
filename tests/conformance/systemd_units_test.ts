/** The units in contrib/: systemd takes them, and they give away no more than they need. */
import assert from "node:assert/strict";
import { findCommand } from "../../scripts/test_tools.ts";
import { decnet } from "../support/decnet.ts";
import { type Requirement, testNeeding } from "../support/requirements.ts";
import { systemCommand } from "../support/system_command.ts";
import { tempFolder } from "../support/temp_folder.ts";

const FOLDER = new URL("../../contrib/systemd/", import.meta.url).pathname;

/** Services that stay, and capabilities that they need. */
const STAYING: ReadonlyMap<string, readonly string[]> = new Map([
  ["decnet-probe.service", ["CAP_NET_RAW"]],
  ["decnet-sniff.service", ["CAP_NET_RAW"]],
  ["decnet-sniff@.service", ["CAP_NET_RAW"]],
  ["decnet-collect.service", []],
  ["decnet-tail.service", []],
  ["decnet-profile@.service", []],
]);

const SERVICES = ["decnet-probe-once.service", ...STAYING.keys()];

/** Where the units look for the executable, and what stands in for it here. */
const EXECUTABLE = "/usr/local/bin/decnet";
const STAND_IN = "/bin/true";

/** 0 is a service that may do nothing, 10 one that may do everything. */
const MAX_EXPOSURE = 2;

const SYSTEMD_ANALYZE: Requirement = {
  unmet: () => findCommand("systemd-analyze") === undefined ? "no systemd-analyze" : undefined,
};

const analyze = (...args: string[]) => systemCommand(findCommand("systemd-analyze")!, args);

/** Values of a setting, one a line of the unit, continued lines joined. */
async function settings(unit: string, name: string): Promise<string[]> {
  const text = (await Deno.readTextFile(FOLDER + unit)).replaceAll("\\\n", " ");
  return text.split("\n").filter((line) => line.startsWith(`${name}=`))
    .map((line) => line.slice(name.length + 1).trim());
}

testNeeding(
  [SYSTEMD_ANALYZE],
  "systemd-analyze verify finds nothing wrong with the units",
  async () => {
    await using folder = await tempFolder();
    const units: string[] = [];
    for await (const { name } of Deno.readDir(FOLDER)) {
      if (!/\.(service|timer)$/.test(name)) continue;
      const text = await Deno.readTextFile(FOLDER + name);
      const path = `${folder.path}/${name}`;
      await Deno.writeTextFile(path, text.replaceAll(EXECUTABLE, STAND_IN));
      units.push(path);
    }
    assert.equal(units.length, SERVICES.length + 1);
    // An instance of each template.
    for (const [unit, instance] of [["sniff", "eth0"], ["profile", "1-2"]]) {
      const path = `${folder.path}/decnet-${unit}@`;
      await Deno.copyFile(`${path}.service`, `${path}${instance}.service`);
      units.push(`${path}${instance}.service`);
    }
    const printed = await analyze("verify", ...units);
    assert.ok(!printed.includes(folder.path) && !printed.includes("decnet"), printed);
  },
);

for (const unit of SERVICES) {
  testNeeding(
    [SYSTEMD_ANALYZE],
    `systemd-analyze security scores ${unit} 2.0 or less`,
    async () => {
      const printed = await analyze("security", "--offline=true", FOLDER + unit);
      const score = /Overall exposure level for \S+: ([\d.]+)/.exec(printed)?.[1];
      assert.ok(Number(score) <= MAX_EXPOSURE, `${score}:\n${printed}`);
    },
  );

  Deno.test(`${unit} has the capabilities that it needs and a user that is in the sysusers file`, async () => {
    const sysusers = await Deno.readTextFile(`${FOLDER}decnet.sysusers.conf`);
    const [user] = await settings(unit, "User");
    assert.match(sysusers, new RegExp(`^u ${user} `, "m"));
    const needed = STAYING.get(unit) ?? ["CAP_NET_RAW"];
    assert.deepEqual(await settings(unit, "AmbientCapabilities"), needed);
    assert.equal((await settings(unit, "CapabilityBoundingSet")).join(" "), needed.join(" "));
  });

  Deno.test(`${unit} starts decnet with flags that it has, in folders that it may write to`, async () => {
    const [command = ""] = await settings(unit, "ExecStart");
    const [executable, verb = "", ...flags] = command.split(/ +/);
    assert.equal(executable, EXECUTABLE);
    const { stdout: help } = await decnet([verb, "--help"]);
    for (const flag of flags.filter((word) => word.startsWith("--"))) {
      assert.ok(help.includes(`${flag} `), flag);
    }
    for (const path of flags.filter((word) => word.startsWith("/"))) {
      assert.match(path, /^\/var\/(log|lib)\/decnet\//);
    }
    for (const name of ["StateDirectory", "LogsDirectory"]) {
      assert.deepEqual(await settings(unit, name), ["decnet"]);
    }
  });
}

for (const unit of STAYING.keys()) {
  Deno.test(`${unit} is watched by systemd, and started again unless its settings are wrong`, async () => {
    for (
      const [name, value] of [
        ...[["Type", "notify"], ["NotifyAccess", "main"], ["Restart", "on-failure"]],
        ...[["RestartPreventExitStatus", "2"]],
      ] as const
    ) {
      assert.deepEqual(await settings(unit, name), [value]);
    }
    assert.match((await settings(unit, "WatchdogSec"))[0] ?? "", /^\d+min$/);
    // sd_notify(3) is a datagram to a UNIX socket.
    assert.match((await settings(unit, "RestrictAddressFamilies"))[0] ?? "", /\bAF_UNIX\b/);
  });
}

Deno.test("decnet-probe.service watches, and decnet-probe-once.service does not", async () => {
  const watches = async (unit: string) =>
    (await settings(unit, "ExecStart"))[0]!.split(/ +/).includes("--watch");
  const units = ["decnet-probe.service", "decnet-probe-once.service"];
  assert.deepEqual(await Promise.all(units.map(watches)), [true, false]);
});
