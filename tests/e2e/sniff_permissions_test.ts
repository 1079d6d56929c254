/** What `decnet sniff` may still do while it reads what attackers wrote. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { pcap } from "../support/capture_builder.ts";
import type { DecnetOptions } from "../support/decnet.ts";
import { LIVE } from "../support/live_sniffer.ts";
import { networkNamespace } from "../support/network_namespace.ts";
import type { Permissions } from "../support/permissions_child.ts";
import { testNeeding } from "../support/requirements.ts";
import { RunningDecnet } from "../support/running_decnet.ts";
import { helloFor, TcpTalk } from "../support/tcp_talk.ts";
import { type TempFolder, tempFolder } from "../support/temp_folder.ts";

const CHILD = fileURLToPath(new URL("../support/permissions_child.ts", import.meta.url));

const CAPTURE = pcap(new TcpTalk().open().say("client", helloFor("a.example")).packets);

/** Whom root becomes. */
const NOBODY = 65534;

/** What the permission set in deno.json grants. */
const AT_START: Permissions = {
  ...{ run: false, read: true, write: true, net: true },
  ...{ env: true, sys: true, ffi: true, import: false },
};

/** What is left when nothing has to be opened any more. */
const NOTHING: Permissions = {
  ...{ run: false, read: false, write: false, net: false },
  ...{ env: false, sys: false, ffi: false, import: false },
};

/** What is left by where packets come from and whether there is a log, which may be rotated. */
const TABLE: readonly {
  readonly from: string;
  readonly args: (folder: TempFolder) => readonly string[];
  readonly log: boolean;
  readonly left: Permissions;
}[] = [
  {
    from: "standard input",
    args: () => ["-r", "-"],
    log: false,
    left: NOTHING,
  },
  {
    from: "standard input",
    args: () => ["-r", "-"],
    log: true,
    left: { ...NOTHING, read: true, write: true },
  },
  {
    from: "files",
    args: ({ path }) => ["-r", "-", "-r", `${path}/in.pcap`, "-w", `${path}/kept.pcapng`],
    log: false,
    left: { ...NOTHING, read: true },
  },
  {
    from: "files",
    args: ({ path }) => ["-r", "-", "-r", `${path}/in.pcap`],
    log: true,
    left: { ...NOTHING, read: true, write: true },
  },
  {
    from: "an interface",
    args: ({ path }) => ["-i", "far", "-w", `${path}/kept.pcapng`],
    log: false,
    left: NOTHING,
  },
  {
    from: "an interface",
    args: () => ["-i", "far"],
    log: true,
    left: { ...NOTHING, read: true, write: true },
  },
];

/** The permissions that a run has once `ready` is on stderr or stdout. */
async function permissionsOf(
  args: readonly string[],
  options: DecnetOptions,
): Promise<readonly Permissions[]> {
  await using run = new RunningDecnet(["sniff", ...args], { ...options, main: CHILD });
  if (options.stdin === undefined) {
    await run.stderr.until((text) => text.includes("captures on"));
  } else {
    await run.write(CAPTURE);
    await run.stdout.until((text) => text.includes("a.example"));
  }
  run.kill("SIGUSR2");
  const told = (text: string) => text.split("\n").filter((line) => line.startsWith("{"));
  await run.stderr.until((text) => told(text).length === 2);
  if (options.stdin === undefined) run.kill("SIGINT");
  else await run.endInput();
  const { code, stderr } = await run.end();
  assert.equal(code, 0, stderr);
  return told(stderr).map((line): Permissions => JSON.parse(line));
}

for (const { from, args, log, left } of TABLE) {
  const live = from === "an interface";
  const name = `sniff of ${from} ${log ? "with a log " : ""}keeps ${
    Object.entries(left).flatMap(([kind, kept]) => kept ? [kind] : []).join(" and ") || "nothing"
  }`;
  testNeeding(live ? LIVE : [], name, async () => {
    await using folder = await tempFolder();
    await Deno.writeFile(`${folder.path}/in.pcap`, CAPTURE);
    if (live) await Deno.chown(folder.path, NOBODY, NOBODY);
    const all = [...args(folder), ...(log ? ["--out", `${folder.path}/log`] : [])];
    await using namespace = live ? await networkNamespace() : undefined;
    const options = namespace === undefined ? { stdin: "" } : { under: namespace.enter };
    assert.deepEqual(await permissionsOf(all, options), [AT_START, left]);
  });
}
