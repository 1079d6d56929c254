/** What `decnet tail` may still do once it reads what attackers wrote. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { hasLines, numberedLines } from "../support/numbered_events.ts";
import type { Permissions } from "../support/permissions_child.ts";
import { RunningDecnet } from "../support/running_decnet.ts";
import { tempFolder } from "../support/temp_folder.ts";

const CHILD = fileURLToPath(new URL("../support/permissions_child.ts", import.meta.url));

/** What is left in each case: reading, the environment and the name of the machine. */
const READING: Permissions = {
  ...{ run: false, read: true, write: false, net: false },
  ...{ env: true, sys: true, ffi: false, import: false },
};

async function permissionsLeft(path: string, ...flags: readonly string[]): Promise<Permissions> {
  await using run = new RunningDecnet(["tail", path, ...flags], { main: CHILD });
  const told = (text: string) => text.split("\n").filter((line) => line.startsWith("{"));
  await run.stdout.until(hasLines(1));
  run.kill("SIGUSR2");
  await run.stderr.until((text) => told(text).length === 2);
  run.kill("SIGTERM");
  const { code, stderr } = await run.end();
  assert.equal(code, 0, stderr);
  return JSON.parse(told(stderr)[1]!);
}

for (
  const { name, flags, left } of [
    { name: "nothing but reading", flags: [], left: READING },
    { name: "writing for --cursor", flags: ["--cursor"], left: { ...READING, write: true } },
    { name: "the network for --metrics", flags: ["--metrics"], left: { ...READING, net: true } },
  ]
) {
  Deno.test(`decnet tail keeps ${name}`, async () => {
    await using folder = await tempFolder();
    const path = `${folder.path}/events.json`;
    await Deno.writeTextFile(path, numberedLines(0, 1));
    const values: Readonly<Record<string, string>> = {
      "--cursor": `${folder.path}/cursor`,
      "--metrics": "127.0.0.1:0",
    };
    const given = flags.flatMap((flag) => [flag, values[flag]!]);
    assert.deepEqual(await permissionsLeft(path, ...given), left);
  });
}
