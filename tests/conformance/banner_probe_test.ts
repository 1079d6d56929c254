/** The banner probe against real servers, and against scripts of those that are not installed. */
import assert from "node:assert/strict";
import { banner, bannerProbe } from "../../lib/probe/banner.ts";
import { openStream } from "../../lib/probe/dialer.ts";
import type { Finding, Probe, ProbeResult } from "../../lib/probe/probe.ts";
import { measure } from "../support/fake_probe.ts";
import { DROPBEAR, NGINX, OPENSSH } from "../support/reference_versions.ts";
import { installed, testNeeding } from "../support/requirements.ts";
import { forwarding, type Script, serve, silent } from "../support/scripted_server.ts";
import { startDropbear, startOpenssh } from "../support/ssh_servers.ts";
import { latin1Bytes } from "../../lib/text/latin1.ts";
import { startOpenssl } from "../support/tls_servers.ts";
import { siteFolder, startNginxSite } from "../support/web_servers.ts";

/** For servers that wait for us: they need not be waited for. */
const HASTY = bannerProbe({ first: 50, answer: 10_000, next: 500 });

function run({ port }: { readonly port: number }, probe: Probe = banner): Promise<ProbeResult> {
  return measure(probe, openStream, { address: "127.0.0.1", port, timeout: 20_000 });
}

async function find(server: { readonly port: number }, probe?: Probe): Promise<Finding> {
  const result = await run(server, probe);
  assert.ok(result.outcome === "ok", JSON.stringify(result));
  return result;
}

function what({ fields }: Finding): unknown[] {
  return [fields["service_guess"], fields["product"], fields["version"]];
}

/** Greets, and waits for the client to hang up. */
function greeting(...pieces: string[]): Script {
  return async (client) => {
    for (const piece of pieces) await client.write(latin1Bytes(piece));
    await silent(client);
  };
}

testNeeding([OPENSSH, installed("ssh-keygen")], "banner of OpenSSH", async () => {
  await using server = await startOpenssh();
  await using slow = serve(forwarding(server.port, { size: 5, pauseMs: 1 }));
  const finding = await find(server);
  const [service, product, version] = what(finding);
  assert.deepEqual([service, product], ["ssh", "OpenSSH"]);
  assert.match(String(version), /^9\.2p1/);
  assert.ok(!("nudged" in finding.fields));
  assert.equal((await find(slow)).hash, finding.hash);
});

testNeeding([DROPBEAR], "banner of Dropbear, which sends its KEXINIT along", async () => {
  await using server = await startDropbear();
  assert.deepEqual(what(await find(server)), ["ssh", "dropbear", "2022.83"]);
});

testNeeding([NGINX, "openssl"], "banner of nginx, which waits for a request", async () => {
  await using server = await startNginxSite(await siteFolder({ title: "x" }));
  const finding = await find(server, HASTY);
  const [service, product, version] = what(finding);
  assert.deepEqual([service, product], ["http", "nginx"]);
  assert.match(String(version), /^1\.22/);
  assert.equal(finding.fields["nudged"], true);
});

testNeeding(["openssl"], "banner of a TLS server, which waits for a ClientHello", async () => {
  await using server = await startOpenssl([]);
  const result = await run(server, HASTY);
  // OpenSSL sends an alert or just hangs up, by version.
  assert.ok(result.outcome === "closed" || result.outcome === "ok");
  if (result.outcome === "ok") assert.equal(result.fields["service_guess"], "tls");
});

Deno.test("banner of services that speak first", async () => {
  const cases: readonly (readonly [readonly string[], readonly unknown[]])[] = [
    [["220 (vsFTPd 3.0.3)\r\n"], ["ftp", "vsFTPd", "3.0.3"]],
    [["220-mx ESMTP Exim 4.96 Tue, 28 Jun 2026 12:00:00 +0000\r\n", "220 hi\r\n"], [
      "smtp",
      "Exim",
      "4.96",
    ]],
    [["+OK Dovecot ready. <1c40.2@host>\r\n"], ["pop3", "Dovecot", undefined]],
    [["* OK [CAPABILITY IMAP4rev1] Dovecot ready.\r\n"], ["imap", "Dovecot", undefined]],
    [["RFB 003.008\n"], ["vnc", undefined, "3.8"]],
    [["\xff\xfd\x18\xff\xfd\x20", "\r\nhost login: "], ["telnet", undefined, undefined]],
    [[
      "\x4a\0\0\0\x0a8.0.36\0\x2a\0\0\0AAAAAAAA\0\xff\xf7\x08\x02\0\xff\x81\x15" + "\0".repeat(10) +
      "BBBBBBBBBBBB\0caching_sha2_password\0",
    ], ["mysql", "MySQL", "8.0.36"]],
  ];
  for (const [pieces, expected] of cases) {
    await using server = serve(greeting(...pieces));
    assert.deepEqual(what(await find(server, HASTY)), expected, pieces[0]);
  }
});

Deno.test("banner of Redis, which answers to a nudge", async () => {
  await using server = serve(async (client) => {
    const command = new TextDecoder().decode(await client.read());
    await client.write(latin1Bytes(command === "PING\r\n" ? "+PONG\r\n" : "-ERR\r\n"));
    await silent(client);
  });
  const finding = await find(server, HASTY);
  assert.deepEqual(what(finding), ["redis", "Redis", undefined]);
  assert.equal(finding.fields["banner"], "+PONG\r\n");
});

Deno.test("banner of a server that says nothing at all is silence", async () => {
  await using server = serve(silent);
  assert.equal(
    (await run(server, bannerProbe({ first: 20, answer: 20, next: 20 }))).outcome,
    "silent",
  );
});
