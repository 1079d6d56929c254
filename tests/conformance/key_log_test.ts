/** What TLS seals is read where its secrets are known: every kind of protection, by OpenSSL's own hand. */
import assert from "node:assert/strict";
import { KeyLog } from "../../lib/tls/key_log.ts";
import { certificateSha256, keyPair } from "../support/key_pair.ts";
import { RecordedConnection } from "../support/recorded_connection.ts";
import { testNeeding } from "../support/requirements.ts";
import { sealedTalk } from "../support/sealed_talk.ts";
import { sniff } from "../support/tcp_talk.ts";
import { toolPath } from "../support/system_command.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { startNginx, startOpenssl } from "../support/tls_servers.ts";

const WEAK = "@SECLEVEL=0";

/** Ways to protect records, as options of the client. */
const WAYS: readonly (readonly string[])[] = [
  ...[
    "TLS_AES_128_GCM_SHA256",
    "TLS_AES_256_GCM_SHA384",
    "TLS_CHACHA20_POLY1305_SHA256",
    "TLS_AES_128_CCM_SHA256",
    "TLS_AES_128_CCM_8_SHA256",
  ].map((suite) => ["-tls1_3", "-ciphersuites", suite]),
  ...[
    "ECDHE-RSA-AES128-GCM-SHA256",
    "AES256-GCM-SHA384",
    "ECDHE-RSA-CHACHA20-POLY1305",
    "AES128-CCM",
    "DHE-RSA-AES128-CCM8",
    "AES128-SHA",
    "ECDHE-RSA-AES256-SHA384",
    "AES256-SHA256",
  ].map((suite) => ["-tls1_2", "-cipher", suite + WEAK]),
  ["-tls1_2", "-no_etm", "-cipher", `AES128-SHA256${WEAK}`],
  ["-tls1_1", "-cipher", `AES128-SHA${WEAK}`],
  ["-tls1", "-no_etm", "-cipher", `ECDHE-RSA-AES256-SHA${WEAK}`],
  ["-tls1", "-cipher", `AES128-SHA${WEAK}`],
];

testNeeding(["openssl"], "sniff reads requests in every kind of TLS by its key log", async () => {
  await using folder = await tempFolder();
  const ciphersuites = WAYS.flatMap(([, name, suite]) => name === "-ciphersuites" ? [suite!] : []);
  await using server = await startOpenssl([
    ...["-cipher", `ALL${WEAK}`, "-ciphersuites", ciphersuites.join(":")],
    ...["-min_protocol", "TLSv1"],
  ]);
  const { certificate } = await keyPair();
  const leaf = await certificateSha256(certificate);
  for (const way of WAYS) {
    const name = way.join(" ");
    await using connection = new RecordedConnection(server.port);
    const text = await sealedTalk(connection.port, way, `${folder.path}/keys`);
    const packets = await connection.packets();

    const secrets = new KeyLog();
    secrets.add(text);
    const { events } = sniff(packets, { secrets });
    const requests = events.filter(({ event_type }) => event_type === "http_request");
    assert.deepEqual(
      requests.map((
        { fields: { method, path, host, user_agent, decrypted } },
      ) => [method, path, host, user_agent, decrypted]),
      [["GET", "/sealed", "decoy.example", "intruder", true]],
      name,
    );
    const certificates = events.filter(({ event_type }) => event_type === "tls_certificate");
    assert.deepEqual(certificates.map(({ fields }) => fields["cert_sha256"]), [leaf], name);

    // Somebody else's secrets open nothing, and nothing else changes.
    const wrong = new KeyLog();
    wrong.add(
      text.replaceAll(/ (..)(?=[0-9a-fA-F]*$)/gm, (_, byte) => byte === " 00" ? " 01" : " 00"),
    );
    const types = (secrets?: KeyLog) =>
      sniff(packets, secrets === undefined ? {} : { secrets }).events
        .map(({ event_type }) => event_type);
    assert.equal(wrong.knowsAny, true);
    assert.deepEqual(types(wrong), types(), name);
    assert.ok(!types().includes("http_request"));
  }
});

testNeeding(["nginx", "curl"], "sniff reads HTTP/2 in TLS by the key log of curl", async () => {
  await using folder = await tempFolder();
  await using server = await startNginx("");
  await using connection = new RecordedConnection(server.port);
  const path = `${folder.path}/keys`;
  const { success } = await new Deno.Command(toolPath("curl"), {
    args: [
      "-sk",
      "--http2",
      "-H",
      "Accept-Language: de",
      `https://127.0.0.1:${connection.port}/h2`,
    ],
    env: { SSLKEYLOGFILE: path },
    stdout: "null",
  }).output();
  assert.equal(success, true);
  const secrets = new KeyLog();
  secrets.add(await Deno.readTextFile(path));
  const { events } = sniff(await connection.packets(), { secrets });
  const requests = events.filter(({ event_type }) => event_type === "http_request");
  assert.deepEqual(
    requests.map((
      { fields: { http_version, path, decrypted } },
    ) => [http_version, path, decrypted]),
    [["2", "/h2", true]],
  );
  assert.match(String(requests[0]!.fields["ja4h"]), /^ge20nn03de00_/);
});
