/** The certificate probe against OpenSSL servers of every kind that a TLS library may refuse. */
import assert from "node:assert/strict";
import { Deadline } from "../lib/probe/deadline.ts";
import { Dialer, openStream } from "../lib/probe/dialer.ts";
import type { ProbeResult } from "../lib/probe/probe.ts";
import { tlscert } from "../lib/probe/tlscert.ts";

/** Certificates by name: arguments of `openssl req -x509`, after `-subj /O=decnet/CN=<name>`. */
const SELF_SIGNED: Readonly<Record<string, readonly string[]>> = {
  rsa: ["-newkey", "rsa:2048"],
  rsa1024: ["-newkey", "rsa:1024"],
  other: ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
  rsapss: ["-newkey", "rsa-pss", "-pkeyopt", "rsa_keygen_bits:2048"],
  p256: ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
  p521: ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-521"],
  secp256k1: ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:secp256k1"],
  ed25519: ["-newkey", "ed25519"],
  ed448: ["-newkey", "ed448"],
};

interface ServerKind {
  readonly name: string;
  /** Which certificate it has. */
  readonly certificate: string;
  /** Arguments of `openssl s_server`. */
  readonly options?: readonly string[];
  readonly version: string;
  /** Name to ask for, in place of the address. */
  readonly host?: string;
  /** Certificate that it is to present when that is not its first one. */
  readonly presents?: string;
  /** False where another has signed it. */
  readonly selfSigned?: false;
  readonly chainLength?: number;
  readonly alpn?: string;
  readonly cipher?: string;
}

const WEAK = ["-cipher", "ALL:@SECLEVEL=0"];
const TLS12 = ["-tls1_2"];
const NAME_GATE = [
  ...["-servername", "gate.example", "-servername_fatal"],
  ...["-cert2", "other.pem", "-key2", "other.key"],
];

const KINDS: readonly ServerKind[] = [
  { name: "RSA, TLS 1.3", certificate: "rsa", version: "TLS 1.3" },
  { name: "RSA, TLS 1.2", certificate: "rsa", options: TLS12, version: "TLS 1.2" },
  { name: "TLS 1.1", certificate: "rsa", options: ["-tls1_1", ...WEAK], version: "TLS 1.1" },
  { name: "TLS 1.0", certificate: "rsa", options: ["-tls1", ...WEAK], version: "TLS 1.0" },
  { name: "RSA-1024", certificate: "rsa1024", options: WEAK, version: "TLS 1.3" },
  { name: "RSA-PSS key", certificate: "rsapss", version: "TLS 1.3" },
  { name: "RSA-PSS key, TLS 1.2", certificate: "rsapss", options: TLS12, version: "TLS 1.2" },
  { name: "P-256", certificate: "p256", version: "TLS 1.3" },
  { name: "P-521", certificate: "p521", version: "TLS 1.3" },
  { name: "Ed25519", certificate: "ed25519", version: "TLS 1.3" },
  { name: "Ed448", certificate: "ed448", version: "TLS 1.3" },
  {
    name: "secp256k1, which the modern hello does not offer",
    certificate: "secp256k1",
    options: TLS12,
    version: "TLS 1.2",
  },
  {
    name: "RSA key transport",
    certificate: "rsa",
    options: [...TLS12, "-cipher", "AES128-SHA"],
    version: "TLS 1.2",
    cipher: "0x002f",
  },
  {
    name: "ECDHE with CBC",
    certificate: "rsa",
    options: [...TLS12, "-cipher", "ECDHE-RSA-AES128-SHA"],
    version: "TLS 1.2",
    cipher: "0xc013",
  },
  {
    name: "DHE",
    certificate: "rsa",
    options: [...TLS12, "-cipher", "DHE-RSA-AES256-GCM-SHA384"],
    version: "TLS 1.2",
    cipher: "0x009f",
  },
  {
    name: "CCM, TLS 1.2",
    certificate: "p256",
    options: [...TLS12, "-cipher", "ECDHE-ECDSA-AES128-CCM8:@SECLEVEL=0"],
    version: "TLS 1.2",
    cipher: "0xc0ae",
  },
  ...Object.entries({
    AES_256_GCM_SHA384: "0x1302",
    CHACHA20_POLY1305_SHA256: "0x1303",
    AES_128_CCM_SHA256: "0x1304",
    AES_128_CCM_8_SHA256: "0x1305",
  }).map(([suite, cipher]): ServerKind => ({
    name: suite,
    certificate: "rsa",
    options: ["-ciphersuites", `TLS_${suite}`],
    version: "TLS 1.3",
    cipher,
  })),
  ...["P-256", "P-384", "P-521", "X448"].map((group): ServerKind => ({
    name: `${group} only`,
    certificate: "rsa",
    options: ["-groups", group],
    version: "TLS 1.3",
  })),
  {
    name: "finite fields only, so not TLS 1.3",
    certificate: "rsa",
    options: ["-groups", "ffdhe2048"],
    version: "TLS 1.2",
  },
  {
    name: "client certificate demanded, TLS 1.2",
    certificate: "rsa",
    options: [...TLS12, "-Verify", "1"],
    version: "TLS 1.2",
  },
  {
    name: "client certificate demanded, TLS 1.3",
    certificate: "rsa",
    options: ["-Verify", "1"],
    version: "TLS 1.3",
  },
  {
    name: "name gate, no name",
    certificate: "rsa",
    options: NAME_GATE,
    version: "TLS 1.3",
  },
  {
    name: "name gate, right name",
    certificate: "rsa",
    options: NAME_GATE,
    version: "TLS 1.3",
    host: "gate.example.",
    presents: "other",
  },
  {
    name: "name gate, wrong name",
    certificate: "rsa",
    options: NAME_GATE,
    version: "TLS 1.3",
    host: "stranger.example",
  },
  {
    name: "ALPN",
    certificate: "rsa",
    options: ["-alpn", "h2"],
    version: "TLS 1.3",
    alpn: "h2",
  },
  {
    name: "ALPN, TLS 1.2",
    certificate: "rsa",
    options: [...TLS12, "-alpn", "http/1.1"],
    version: "TLS 1.2",
    alpn: "http/1.1",
  },
  {
    name: "ALPN that is not offered",
    certificate: "rsa",
    options: ["-alpn", "imap"],
    version: "TLS 1.3",
  },
  { name: "expired, by a CA", certificate: "expired", version: "TLS 1.3", selfSigned: false },
  {
    name: "chain of two",
    certificate: "leaf",
    options: ["-cert_chain", "ca.pem"],
    version: "TLS 1.3",
    selfSigned: false,
    chainLength: 2,
  },
  {
    name: "small records",
    certificate: "leaf",
    options: ["-cert_chain", "ca.pem", "-max_send_frag", "512", ...TLS12],
    version: "TLS 1.2",
    selfSigned: false,
    chainLength: 2,
  },
];

async function openssl(directory: string, ...args: string[]): Promise<string> {
  const command = new Deno.Command("openssl", { args, cwd: directory, stdin: "null" });
  const { success, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  assert.ok(success, `openssl ${args.join(" ")}: ${decoder.decode(stderr)}`);
  return decoder.decode(stdout);
}

async function makeCertificates(directory: string): Promise<void> {
  const selfSigned = (name: string, args: readonly string[]) =>
    openssl(
      directory,
      ...["req", "-x509", ...args, "-nodes", "-days", "30", "-subj", `/O=decnet/CN=${name}`],
      ...["-keyout", `${name}.key`, "-out", `${name}.pem`],
    );
  const signed = async (name: string, days: string) => {
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384", "-nodes"];
    await openssl(
      directory,
      ...["req", "-new", ...key, "-subj", `/O=decnet/CN=${name}`],
      ...["-keyout", `${name}.key`, "-out", `${name}.csr`],
    );
    await openssl(
      directory,
      ...["x509", "-req", "-in", `${name}.csr`, "-days", days, "-set_serial", "7"],
      ...["-CA", "ca.pem", "-CAkey", "ca.key", "-out", `${name}.pem`],
    );
  };
  await Promise.all([
    ...Object.entries(SELF_SIGNED).map(([name, args]) => selfSigned(name, args)),
    selfSigned("ca", SELF_SIGNED.p256!)
      .then(() => Promise.all([signed("leaf", "30"), signed("expired", "-1")])),
  ]);
}

/** A server under way on a port that the system chose. */
class Server implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #output: ReadableStreamDefaultReader<string>;

  constructor(directory: string, { certificate, options = [] }: ServerKind) {
    const keys = ["-cert", `${certificate}.pem`, "-key", `${certificate}.key`];
    this.#process = new Deno.Command("openssl", {
      args: ["s_server", "-accept", "127.0.0.1:0", ...keys, ...options],
      cwd: directory,
      // It ends when its input does.
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#output = this.#process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** The port, once the server listens on it. */
  async port(): Promise<number> {
    let text = "";
    while (true) {
      const { value, done } = await this.#output.read();
      assert.ok(!done, `openssl s_server ended: ${text}`);
      text += value;
      const [, port] = /ACCEPT 127\.0\.0\.1:(\d+)\n/.exec(text) ?? [];
      if (port !== undefined) return Number(port);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill("SIGKILL");
    await Promise.all([
      this.#process.status,
      this.#process.stdin.close().catch(() => {}),
      this.#output.cancel().catch(() => {}),
    ]);
  }
}

async function probe(directory: string, kind: ServerKind): Promise<ProbeResult> {
  await using server = new Server(directory, kind);
  const port = await server.port();
  const deadline = new Deadline(30_000);
  const dialer = new Dialer({ rate: 0, maxOpen: 4, open: openStream });
  const address = "127.0.0.1";
  try {
    return await tlscert.run({
      target: { host: kind.host ?? address, address, named: kind.host !== undefined },
      port,
      connect: () => dialer.dial(address, port, deadline),
      remaining: () => deadline.remaining(),
      ja4plus: true,
    });
  } finally {
    deadline.dispose();
  }
}

/** What OpenSSL says about a certificate file. */
async function describe(directory: string, name: string) {
  const args = ["-noout", "-fingerprint", "-sha256", "-subject", "-issuer", "-enddate", "-serial"];
  const dates = ["-dateopt", "iso_8601"];
  const text = await openssl(
    directory,
    ...["x509", "-in", `${name}.pem`, ...args, ...dates, "-nameopt", "RFC2253"],
  );
  const value = (label: string) => new RegExp(`^${label}=(.*)$`, "mi").exec(text)?.[1];
  return {
    cert_sha256: value("sha256 Fingerprint")?.replaceAll(":", "").toLowerCase(),
    subject_dn: value("subject"),
    issuer: value("issuer"),
    not_after: value("notAfter")?.replace(" ", "T"),
  };
}

async function check(directory: string, kind: ServerKind, result: ProbeResult): Promise<void> {
  assert.ok(result.outcome === "ok", JSON.stringify(result));
  const { fields } = result;
  const name = kind.presents ?? kind.certificate;
  const expected = await describe(directory, name);
  assert.ok(expected.cert_sha256 !== undefined && expected.not_after !== undefined);
  const { cert_sha256, subject_dn, issuer, not_after } = fields;
  assert.deepEqual({ cert_sha256, subject_dn, issuer, not_after }, expected);
  assert.equal(result.hash, expected.cert_sha256);
  assert.equal(fields.subject_cn, name);
  assert.equal(fields.self_signed, kind.selfSigned ?? true);
  assert.equal(fields.tls_version, kind.version);
  assert.equal(fields.chain_length, kind.chainLength ?? 1);
  assert.equal(fields.alpn, kind.alpn);
  assert.equal(fields.target_host, kind.host);
  if (kind.cipher !== undefined) assert.equal(fields.tls_cipher, kind.cipher);
}

async function hasOpenssl(): Promise<boolean> {
  try {
    return (await new Deno.Command("openssl", { args: ["version"] }).output()).success;
  } catch {
    return false;
  }
}

Deno.test({
  name: "tlscert reads the certificates of every kind of OpenSSL server",
  ignore: !(await hasOpenssl()),
  async fn(t) {
    const directory = await Deno.makeTempDir();
    try {
      await makeCertificates(directory);
      const results = await Promise.all(KINDS.map((kind) => probe(directory, kind)));
      for (const [index, kind] of KINDS.entries()) {
        await t.step(kind.name, () => check(directory, kind, results[index]!));
      }
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  },
});
