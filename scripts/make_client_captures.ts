/**
 * Makes the captures in tests/fixtures/captures/{clients,tools} anew: real clients, and the tools of attackers,
 * that talk to real servers in network namespaces. Their random bytes and keys are new each time, so the
 * captures are, too. Beside them expected.jsonl: what tshark finds in each, for the tests to compare with.
 *
 * Usage: deno run -A scripts/make_client_captures.ts [SET|NAME...]    (as root on Debian; needs tshark 4.0
 * and what the scenarios name, all of it in Debian's packages but Deno and Node)
 */
import { ATTACK_TOOLS } from "./client_captures/attack_tools.ts";
import { BROWSER_CLIENTS } from "./client_captures/browser_clients.ts";
import { Lab } from "./client_captures/lab.ts";
import {
  DHCP_CLIENTS,
  HTTP_CLIENTS,
  SCANNERS,
  SSH_CLIENTS,
} from "./client_captures/other_clients.ts";
import type { Scenario } from "./client_captures/scenario.ts";
import { TLS_CLIENTS } from "./client_captures/tls_clients.ts";
import { tsharkFingerprints } from "../tests/support/tshark_fingerprints.ts";

const FOLDER = new URL("../tests/fixtures/captures/", import.meta.url).pathname;

/** Scenarios by the folder of their captures. */
const SETS: Readonly<Record<string, readonly Scenario[]>> = {
  clients: [
    ...TLS_CLIENTS,
    ...BROWSER_CLIENTS,
    ...SSH_CLIENTS,
    ...HTTP_CLIENTS,
    ...SCANNERS,
    ...DHCP_CLIENTS,
  ],
  tools: ATTACK_TOOLS,
};

async function record(lab: Lab, folder: string, scenario: Scenario): Promise<void> {
  await using stack = new AsyncDisposableStack();
  for (const server of await scenario.servers(lab)) stack.use(server);
  const path = `${folder}${scenario.name}.pcap`;
  await lab.capture(path, scenario.filter, () => scenario.talk(lab));
  const { size } = await Deno.stat(path);
  await Deno.stdout.write(new TextEncoder().encode(`${scenario.name}: ${size} bytes\n`));
}

await using lab = await Lab.make();
for (const [set, scenarios] of Object.entries(SETS)) {
  const folder = `${FOLDER}${set}/`;
  await Deno.mkdir(folder, { recursive: true });
  const wanted = scenarios.filter(({ name }) =>
    Deno.args.length === 0 || Deno.args.includes(name) || Deno.args.includes(set)
  );
  for (const scenario of wanted) await record(lab, folder, scenario);
  if (wanted.length === 0) continue;
  const lines: string[] = [];
  for (const { name } of scenarios) {
    for (const found of await tsharkFingerprints(`${folder}${name}.pcap`)) {
      lines.push(JSON.stringify({ file: `${name}.pcap`, ...found }));
    }
  }
  // Of what is repeated packet by packet, once is enough.
  await Deno.writeTextFile(`${folder}expected.jsonl`, `${[...new Set(lines)].join("\n")}\n`);
}
