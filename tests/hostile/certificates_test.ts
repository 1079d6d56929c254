/** Certificates made to exhaust whoever parses them. */
import assert from "node:assert/strict";
import { concatBytes, fromHex } from "../../lib/bytes.ts";
import { sha256Hex } from "../../lib/hash.ts";
import { TAG } from "../../lib/x509/der.ts";
import {
  type CertificateParts,
  der,
  derBits,
  derCertificate,
  derCommonName,
  derExtension,
  derHex,
  derInteger,
  derName,
  derRsaKey,
  derSequence,
  derText,
} from "../support/der_builder.ts";
import { parseEvents } from "../support/decnet.ts";
import { assertUnharmed, probeHostile } from "../support/hostile_run.ts";
import { certificateSha256, makeKeyPair } from "../support/key_pair.ts";
import { testNeeding } from "../support/requirements.ts";
import { answering, serve } from "../support/scripted_server.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { startOpenssl } from "../support/tls_servers.ts";
import { certificateFlight } from "../support/tls_script.ts";

const SUBJECT_ALT_NAME = "551d11";
const COMMON_NAME = "550403";

testNeeding(["openssl"], "probe reads a certificate with 10,000 alternative names", async () => {
  const names = Array.from({ length: 10_000 }, (_, index) => `host-${index}.many.example`);
  await using folder = await tempFolder();
  const config = `${folder.path}/request.cnf`;
  await Deno.writeTextFile(
    config,
    `[req]\ndistinguished_name=name\nx509_extensions=extensions\nprompt=no\n[name]\nCN=${
      names[0]
    }\n` +
      `[extensions]\nsubjectAltName=@names\n[names]\n` +
      names.map((name, index) => `DNS.${index}=${name}\n`).join(""),
  );
  const keys = await makeKeyPair("many", ["-config", config]);
  await using tls12 = await startOpenssl(["-tls1_2"], keys);
  await using tls13 = await startOpenssl(["-tls1_3"], keys);
  const run = await probeHostile({ tlscert: [tls12.port, tls13.port] }, "--json");
  assertUnharmed(run);
  const events = parseEvents(run.stdout);
  assert.equal(events.length, 2);
  const sha256 = await certificateSha256(keys.certificate);
  for (const { event_type, fields } of events) {
    assert.equal(event_type, "tls_certificate");
    assert.equal(fields["cert_sha256"], sha256);
    assert.equal(fields["subject_cn"], names[0]);
    assert.equal(fields["self_signed"], true);
    const listed = fields["sans"] as readonly string[];
    assert.deepEqual(listed, names.slice(0, listed.length));
    assert.ok(listed.length < names.length, "an event of bounded size");
    assert.equal(fields["sans_total"], names.length);
  }
});

/** About what fits into one handshake message that a prober may be willing to read. */
const LARGE = 400_000;

function times(count: number, part: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(count * part.length);
  for (let index = 0; index < count; index++) bytes.set(part, index * part.length);
  return bytes;
}

/** Sequences within one another, `depth` of them, each with the right length. */
function nested(depth: number, tag: number = TAG.sequence): Uint8Array {
  // From the inside out, at the end of a buffer, so that no level copies the others.
  const bytes = new Uint8Array(depth * 5);
  let start = bytes.length;
  for (let level = 0; level < depth; level++) {
    const length = bytes.length - start;
    start -= 5;
    bytes.set([tag, 0x83, length >> 16, length >> 8 & 0xff, length & 0xff], start);
  }
  return bytes.subarray(start);
}

const HUGE_NUMBER = (1n << BigInt(8 * LARGE)) - 1n;
const ONES = (bits: bigint) => (1n << bits) - 1n;

/** id-dsa with the parameters p, q, g and the key y (RFC 3279 2.3.2). */
function dsaKey(p: bigint, q: bigint, g: bigint, y: bigint): Uint8Array {
  const parameters = derSequence(derInteger(p), derInteger(q), derInteger(g));
  return derSequence(
    derSequence(derHex(TAG.oid, "2a8648ce380401"), parameters),
    derBits(derInteger(y)),
  );
}

const DSA_WITH_SHA256 = derSequence(derHex(TAG.oid, "608648016503040302"));

/** Certificates that parse as such, each with one part that is too much of something. */
const BOMBS: Readonly<Record<string, CertificateParts>> = {
  "a serial of 400 kB": { serial: derInteger(HUGE_NUMBER) },
  "a name of 400 kB": { subject: derCommonName("x".repeat(LARGE)) },
  "30,000 relative names": {
    subject: derName(...Array(30_000).fill([COMMON_NAME, derText(TAG.utf8String, "x")])),
  },
  "30,000 attributes in one relative name": {
    subject: derSequence(
      der(
        TAG.set,
        times(30_000, derSequence(derHex(TAG.oid, COMMON_NAME), derText(TAG.utf8String, "x"))),
      ),
    ),
  },
  "an attribute type of 400 kB": { subject: derName(["ff".repeat(LARGE), derText(12, "x")]) },
  "a name of control characters": { subject: derCommonName("\x1b".repeat(LARGE)) },
  "sequences 50,000 deep in a name": { subject: nested(50_000) },
  "sets 50,000 deep in a name": { subject: derSequence(nested(50_000, TAG.set)) },
  "sequences 50,000 deep in a key": {
    publicKey: derSequence(
      derSequence(derHex(TAG.oid, "2a864886f70d010101"), nested(50_000)),
      derBits(nested(20_000)),
    ),
  },
  "200,000 empty alternative names": {
    extensions: [derExtension(SUBJECT_ALT_NAME, derSequence(times(200_000, fromHex("8200"))))],
  },
  "an alternative name of 400 kB": {
    extensions: [
      derExtension(SUBJECT_ALT_NAME, derSequence(der(0x82, new Uint8Array(LARGE).fill(0x1b)))),
    ],
  },
  "30,000 extensions": {
    extensions: Array(30_000).fill(derExtension(SUBJECT_ALT_NAME, derSequence())),
  },
  "an RSA modulus of 3.2 million bits": { publicKey: derRsaKey(HUGE_NUMBER, 65537n) },
  "an RSA exponent of 3.2 million bits": { publicKey: derRsaKey(ONES(2048n), HUGE_NUMBER) },
  "the slowest RSA key of 16,384 bits": {
    publicKey: derRsaKey(ONES(16_384n), ONES(16_384n)),
    signature: new Uint8Array(2048).fill(0x7e),
  },
  "an RSA key of 16,384 bits and an exponent of 32": {
    publicKey: derRsaKey(ONES(16_384n), ONES(32n)),
    signature: new Uint8Array(2048).fill(0x7e),
  },
  "an RSA modulus of zero": { publicKey: derRsaKey(0n, 0n), signature: new Uint8Array(0) },
  "a DSA group of a million bits": {
    publicKey: dsaKey(ONES(1_000_000n), ONES(500_000n), ONES(500_000n), 5n),
    signatureAlgorithm: DSA_WITH_SHA256,
    signature: derSequence(derInteger(ONES(400_000n)), derInteger(ONES(400_000n))),
  },
  "DSA numbers larger than their group": {
    publicKey: dsaKey(ONES(4096n), ONES(512n), ONES(1_000_000n), ONES(1_000_000n)),
    signatureAlgorithm: DSA_WITH_SHA256,
    signature: derSequence(derInteger(ONES(511n)), derInteger(ONES(511n))),
  },
};

/** Characters of an event in JSON, of which an escaped one takes six. */
const MAX_EVENT = 128 * 1024;

/** What is no certificate. */
const SCRAPS: Readonly<Record<string, Uint8Array>> = {
  "random bytes": crypto.getRandomValues(new Uint8Array(60_000)),
  "sequences 50,000 deep": nested(50_000),
  "sequences of indefinite length, 200,000 deep": times(200_000, fromHex("3080")),
  "a length of 4 GiB": fromHex("3084ffffffff"),
  "a length of 16 EiB": fromHex("3088ffffffffffffffff"),
  "a length of 126 octets": concatBytes(fromHex("30fe"), new Uint8Array(300).fill(0xff)),
};

Deno.test("probe reads certificates that are too much of something", async (context) => {
  const bombs = [
    ...Object.entries(BOMBS).map(([name, parts]) => [name, derCertificate(parts)] as const),
    ...Object.entries(SCRAPS),
  ];
  await using servers = new AsyncDisposableStack();
  const ports = bombs.map(([, bytes]) =>
    servers.use(serve(answering(certificateFlight(bytes)))).port
  );
  await using folder = await tempFolder();
  const out = `${folder.path}/out`;
  const run = await probeHostile({ tlscert: ports }, "--json", "--out", out);
  assertUnharmed(run);
  const events = parseEvents(run.stdout);
  assert.equal(events.length, bombs.length);
  for (const [index, [name, bytes]] of bombs.entries()) {
    await context.step(name, () => {
      const event = events.find(({ fields }) => fields["target_port"] === ports[index]);
      assert.equal(event?.event_type, "tls_certificate", JSON.stringify(event)?.slice(0, 500));
      assert.equal(event.fields["cert_sha256"], sha256Hex(bytes));
      assert.equal(event.fields["parse_error"], name in SCRAPS ? true : undefined);
      assert.ok(JSON.stringify(event).length < MAX_EVENT, "an event of bounded size");
    });
  }
  const log = await Deno.readTextFile(`${out}.log`);
  assert.equal(log.split("\n").length, bombs.length + 1);
});
