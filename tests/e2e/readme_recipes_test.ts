/** The recipes of the README, run by bash as they stand there. */
import assert from "node:assert/strict";
import { communityId } from "../../lib/net/community_id.ts";
import { TRANSPORT } from "../../lib/net/transport.ts";
import { SNIFF_EVENT_TYPES } from "../../lib/sniff/event_types.ts";
import { pcap } from "../support/capture_builder.ts";
import { fixtureDer } from "../support/certificate_fixture.ts";
import { DECNET_COMMAND } from "../support/decnet.ts";
import { clientCaptures, fixtureFrames } from "../support/fixture_captures.ts";
import { address } from "../support/packet_builder.ts";
import { testNeeding } from "../support/requirements.ts";
import { helloFor, TcpTalk } from "../support/tcp_talk.ts";
import { type TempFolder, tempFolder } from "../support/temp_folder.ts";
import { certificateFlight } from "../support/tls_script.ts";

const README = new URL("../../README.md", import.meta.url);

/** What each recipe is to find in the captures of real clients, by what the README says it is for. */
const EXPECTED: readonly (readonly [purpose: RegExp, output: RegExp])[] = [
  [/^Which clients knock/, /^ +\d+ 192\.0\.2\.1\t[qt]13[di]\d{4}\w\w_\w{12}_\w{12}\n/],
  [/^Every name/, /^decoy\.example$/m],
  [/^SSH clients/, /^ +1 [0-9a-f]{32}\tSSH-2\.0-OpenSSH_\S+.*$/m],
  [/^Scans/, /^\["192\.0\.2\.1","port_scan",\d+,[\d.]+\]\n[^]*^192\.0\.2\.1\tnmap$/m],
  [/^Systems/, /^192\.0\.2\.1\t(?=.*\blinux\b)(?=.*\bmasscan\b).*\bnmap\b.*$/m],
  [/^Certificates/, /^\["198\.51\.100\.2","expired\.example","20\d\d-.*Z"\]\n$/],
  [/^The JA4 of connections that Suricata/, /^1:\S+=\tt12d\w+\tET SCAN made\n$/],
  [/^Without jq/, /^(\{"file":"capture\.pcap",.*"kind":"hassh_server","value":"\w{32}"\}\n)+$/],
];

/** A connection to a server with a certificate that has ended. */
const CLIENT = { address: "192.0.2.1", port: 40000 };
const SERVER = { address: "198.51.100.2", port: 443 };
const EXPIRED = new TcpTalk({
  ...{ client: CLIENT.address, clientPort: CLIENT.port },
  ...{ server: SERVER.address, serverPort: SERVER.port },
}).open()
  .say("client", helloFor("expired.example"))
  .say("server", certificateFlight(fixtureDer("expired")));

/** What Suricata would say of it, and of a connection that is not in the capture. */
const ALERTS = [
  {
    community_id: communityId(
      ...[TRANSPORT.tcp, address(CLIENT.address), CLIENT.port] as const,
      ...[address(SERVER.address), SERVER.port] as const,
    ),
    alert: { signature: "ET SCAN made" },
  },
  { community_id: "1:AAAAAAAAAAAAAAAAAAAAAAAAAAA=", alert: { signature: "of another" } },
  { community_id: "1:AAAAAAAAAAAAAAAAAAAAAAAAAAA=", flow: { pkts_toserver: 1 } },
];

/** The fenced blocks under the recipes, by what stands before them. */
function recipes(readme: string): [purpose: string, script: string][] {
  const section = /^### Recipes\n([^]*?)^## /m.exec(readme)?.[1] ?? "";
  const found = section.matchAll(/^(\S.*(?:\n\S.*)*):\n\n```sh\n([^]*?)^```$/gm);
  return [...found].map(([, purpose, script]) => [purpose!, script!]);
}

/** A folder with the files that the README names, and `decnet` among the commands. */
async function kitchen(): Promise<TempFolder> {
  const folder = await tempFolder();
  const packets = [...clientCaptures().flatMap(fixtureFrames), ...EXPIRED.packets]
    .sort((a, b) => a.micros! - b.micros!);
  await Deno.writeFile(`${folder.path}/capture.pcap`, pcap(packets));
  const alerts = ALERTS.map((alert) => `${JSON.stringify(alert)}\n`).join("");
  await Deno.writeTextFile(`${folder.path}/eve.json`, alerts);
  const command = DECNET_COMMAND.map((word) => `'${word}'`).join(" ");
  const script = `#!/bin/sh\nexec ${command} "$@"\n`;
  await Deno.writeTextFile(`${folder.path}/decnet`, script, { mode: 0o755 });
  return folder;
}

testNeeding(["jq"], "the recipes of the README do what they say", async (test) => {
  await using folder = await kitchen();
  const found = recipes(await Deno.readTextFile(README));
  const blocks = (await Deno.readTextFile(README)).split("### Recipes")[1]!.split("\n## ")[0]!;
  assert.equal(found.length, blocks.match(/^```sh$/gm)?.length, "a block is not found");
  assert.equal(found.length, EXPECTED.length, "a recipe without an expectation, or the reverse");
  for (const [index, [purpose, script]] of found.entries()) {
    const [of, output] = EXPECTED[index]!;
    await test.step(purpose, async () => {
      assert.match(purpose, of);
      const { code, stdout, stderr } = await new Deno.Command("bash", {
        args: ["-euo", "pipefail", "-c", script],
        cwd: folder.path,
        env: { PATH: `${folder.path}:${Deno.env.get("PATH")}`, LC_ALL: "C" },
      }).output();
      const said = new TextDecoder().decode(stderr);
      assert.equal(code, 0, said);
      assert.match(said, /^(decnet: capture\.pcap: \d+ packets, .*\n)+$/);
      assert.match(new TextDecoder().decode(stdout), output);
    });
  }
});

Deno.test("the README names every type of event that the sniffer makes", async () => {
  const readme = await Deno.readTextFile(README);
  const table = /^## `decnet sniff`\n[^]*?^(\| event [^]*?\n)\n/m.exec(readme)?.[1] ?? "";
  const named = [...table.matchAll(/`(\w+)`/g)].map(([, type]) => type);
  assert.deepEqual(named.sort(), [...SNIFF_EVENT_TYPES].sort());
});
