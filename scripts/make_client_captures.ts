/**
 * Makes the captures in tests/fixtures/captures/clients anew: real clients and servers that talk to each
 * other in network namespaces. Their random bytes and keys are new each time, so the captures are, too.
 * Beside them expected.jsonl: what tshark finds in each, for the tests to compare with.
 *
 * Usage: deno run -A scripts/make_client_captures.ts [NAME...]    (as root on Debian; needs tshark 4.0
 * and what the scenarios name, all of it in Debian's packages but Deno and Node)
 */
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

const FOLDER = new URL("../tests/fixtures/captures/clients/", import.meta.url).pathname;

const SCENARIOS: readonly Scenario[] = [
  ...TLS_CLIENTS,
  ...BROWSER_CLIENTS,
  ...SSH_CLIENTS,
  ...HTTP_CLIENTS,
  ...SCANNERS,
  ...DHCP_CLIENTS,
];

async function record(lab: Lab, scenario: Scenario): Promise<void> {
  await using stack = new AsyncDisposableStack();
  for (const server of await scenario.servers(lab)) stack.use(server);
  const path = `${FOLDER}${scenario.name}.pcap`;
  await lab.capture(path, scenario.filter, () => scenario.talk(lab));
  const { size } = await Deno.stat(path);
  await Deno.stdout.write(new TextEncoder().encode(`${scenario.name}: ${size} bytes\n`));
}

await Deno.mkdir(FOLDER, { recursive: true });
await using lab = await Lab.make();
for (const scenario of SCENARIOS) {
  if (Deno.args.length === 0 || Deno.args.includes(scenario.name)) await record(lab, scenario);
}

const lines: string[] = [];
for (const { name } of SCENARIOS) {
  for (const found of await tsharkFingerprints(`${FOLDER}${name}.pcap`)) {
    lines.push(JSON.stringify({ file: `${name}.pcap`, ...found }));
  }
}
// Of what is repeated packet by packet, once is enough.
await Deno.writeTextFile(`${FOLDER}expected.jsonl`, `${[...new Set(lines)].join("\n")}\n`);
