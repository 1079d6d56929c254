/** The tools in the captures of attackers' tools are named by the profile from their handshakes alone. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { TOOL_KINDS, toolOf } from "../../lib/profile/fingerprint_tools.ts";
import { decnet } from "../support/decnet.ts";
import { tempFolder } from "../support/temp_folder.ts";

const FOLDER = fileURLToPath(new URL("../fixtures/captures/", import.meta.url));

/** What each capture's client is to be called; undefined where it comes with its library's defaults. */
const NAMES: Readonly<Record<string, string | undefined>> = {
  "clients/chromium_quic": "chromium",
  "clients/chromium_tls": "chromium",
  "clients/curl_tls13_h2": "libcurl",
  "clients/deno": "rustls",
  "clients/nmap_versions": "nmap",
  "clients/node": "node",
  "clients/openssl_tls13": undefined,
  "clients/python": "python-urllib",
  "clients/wget": "wget",
  "tools/dirb": "libcurl",
  "tools/ffuf": "go-tls",
  "tools/gobuster": "go-tls",
  "tools/hydra_https": undefined,
  "tools/hydra_ssh": "libssh",
  "tools/java": "java",
  "tools/lynx": undefined,
  "tools/medusa_https": undefined,
  "tools/medusa_ssh": "libssh2",
  "tools/ncrack_ssh": "ncrack",
  "tools/nmap_tls": "nmap",
  "tools/paramiko": "paramiko",
  "tools/perl_lwp": undefined,
  "tools/php": "php",
  "tools/python_aiohttp": undefined,
  "tools/python_httpx": "python-httpx",
  "tools/python_requests": "python-requests",
  "tools/ruby": "ruby-net-http",
  "tools/sqlmap": undefined,
  "tools/wfuzz": "libcurl",
  "tools/whatweb": "ruby-net-http",
};

interface Found {
  readonly file: string;
  readonly kind: string;
  readonly value: string;
}

Deno.test("toolOf() names the client of each capture from JA4 and HASSH, and no other", async () => {
  const { code, stdout, stderr } = await decnet([
    ...["sniff", "--quiet", "--format", "fingerprints", "--dedup", "0s"],
    ...Object.keys(NAMES).flatMap((name) => ["-r", `${FOLDER}${name}.pcap`]),
  ]);
  assert.equal(code, 0, stderr);
  const found: Found[] = stdout.split("\n").slice(0, -1).map((line) => JSON.parse(line));
  for (const [name, tool] of Object.entries(NAMES)) {
    const own = found.filter(({ file }) => file === `${FOLDER}${name}.pcap`);
    const tools = TOOL_KINDS.flatMap(([kind]) =>
      own.filter((record) => record.kind === kind).map(({ value }) => toolOf(kind, value))
    );
    assert.ok(tools.length > 0, name);
    assert.deepEqual(new Set(tools), new Set([tool]), name);
  }
});

Deno.test("decnet profile names the tool of an attacker whom only the sniffer has seen", async () => {
  await using folder = await tempFolder();
  const out = `${folder.path}/log`;
  const sniffed = await decnet([
    ...["sniff", "--quiet", "--out", out, "--home", "192.0.2.2/32"],
    ...["-r", `${FOLDER}tools/gobuster.pcap`, "-r", `${FOLDER}tools/ncrack_ssh.pcap`],
  ]);
  assert.equal(sniffed.code, 0, sniffed.stderr);
  const profiled = await decnet([
    ...["profile", `${out}.json`, "--db", `${folder.path}/profiles.db`, "--json"],
  ]);
  assert.equal(profiled.code, 0, profiled.stderr);
  const guesses: { tool: string; source: string }[] = JSON.parse(profiled.stdout).tools;
  assert.ok(guesses.some(({ tool, source }) => tool === "go-tls" && source === "ja4"));
  assert.ok(guesses.some(({ tool, source }) => tool === "ncrack" && source === "hassh"));
});
