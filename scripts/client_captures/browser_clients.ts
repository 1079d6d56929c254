/** Chromium, over TCP and QUIC. */
import { type Lab, must, SERVER, SERVER_NAME } from "./lab.ts";
import type { Scenario } from "./scenario.ts";
import { serverKeys, startNginx } from "./servers.ts";

const QUIC_SERVER = new URL("./quic_server.ts", import.meta.url).pathname;

/** Flags of a browser that talks to nobody but the server. */
const QUIET = [
  ...["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"],
  ...["--disable-background-networking", "--disable-component-update", "--disable-extensions"],
  ...["--ignore-certificate-errors", "--disable-features=HttpsUpgrades,OptimizationHints"],
];

async function browse(lab: Lab, ...flags: string[]): Promise<void> {
  const profile = await Deno.makeTempDir({ dir: lab.folder });
  await lab.client(
    ...["timeout", "6", "chromium", ...QUIET, `--user-data-dir=${profile}`, ...flags],
    ...["--dump-dom", `https://${SERVER_NAME}/`],
  );
}

/** The hash by which Chromium takes a certificate that no authority of its own has signed. */
async function keyHash(lab: Lab): Promise<string> {
  const { chain } = await serverKeys(lab);
  const pem = await must("openssl", ["x509", "-in", chain, "-pubkey", "-noout"]);
  const der = Uint8Array.fromBase64(pem.replaceAll(/-----.*-----|\s/g, ""));
  return new Uint8Array(await crypto.subtle.digest("SHA-256", der)).toBase64();
}

async function quicServer(lab: Lab): Promise<readonly AsyncDisposable[]> {
  const { key, chain } = await serverKeys(lab);
  return [
    await lab.serve(
      0,
      ...["deno", "run", "-A", "--unstable-net", "--no-config", QUIC_SERVER],
      ...[SERVER, key, chain],
    ),
  ];
}

export const BROWSER_CLIENTS: readonly Scenario[] = [
  {
    name: "chromium_tls",
    servers: async (lab) => [await startNginx(lab)],
    filter: "tcp port 443",
    talk: (lab) => browse(lab, "--disable-quic"),
  },
  {
    name: "chromium_quic",
    servers: quicServer,
    filter: "udp port 443",
    talk: async (lab) =>
      await browse(
        lab,
        `--origin-to-force-quic-on=${SERVER_NAME}:443`,
        `--ignore-certificate-errors-spki-list=${await keyHash(lab)}`,
      ),
  },
  {
    name: "deno_quic",
    servers: quicServer,
    filter: "udp port 443",
    talk: async (lab) => {
      const { authority } = await serverKeys(lab);
      const code = `const caCerts = [Deno.readTextFileSync(${JSON.stringify(authority)})];
const options = { hostname: "${SERVER_NAME}", port: 443, alpnProtocols: ["h3"], caCerts };
const connection = await Deno.connectQuic(options);
connection.close({ closeCode: 0, reason: "" });`;
      await lab.client("timeout", "10", "deno", "eval", "--unstable-net", code);
    },
  },
];
