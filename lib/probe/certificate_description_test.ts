import fc from "fast-check";
import assert from "node:assert/strict";
import { concatBytes, fromHex } from "../bytes.ts";
import { sha256Hex } from "../hash.ts";
import { AES_128_GCM } from "../tls/aead.ts";
import { parseCertificateMessage } from "../tls/certificate_message.ts";
import { HandshakeStream } from "../tls/handshake_stream.ts";
import { RecordReader } from "../tls/record.ts";
import { RecordOpener } from "../tls/record_protection.ts";
import { SERVER_FLIGHT, SERVER_IV, SERVER_KEY } from "../../tests/support/rfc8448_trace.ts";
import { implicitTag } from "../x509/der.ts";
import {
  der,
  derCertificate,
  derCommonName,
  derExtension,
  derSequence,
  derText,
} from "../../tests/support/der_builder.ts";
import { describeCertificate } from "./certificate_description.ts";

/** A subjectAltName extension (2.5.29.17) with these names. */
function alternativeNames(...names: Uint8Array[]): Uint8Array {
  return derExtension("551d11", derSequence(...names));
}

const dns = (name: string) => derText(implicitTag(2), name);

/** The certificate that the server of RFC 8448 section 3 sends. */
function rfc8448Certificate(): Uint8Array {
  const records = new RecordReader();
  records.push(SERVER_FLIGHT);
  const record = records.next();
  assert.ok(typeof record === "object");
  const keys = { key: fromHex(SERVER_KEY), iv: fromHex(SERVER_IV) };
  const messages = new HandshakeStream();
  messages.push(new RecordOpener(AES_128_GCM, keys).open(record)!.content);
  messages.next();
  const certificate = messages.next();
  assert.ok(typeof certificate === "object");
  return parseCertificateMessage(certificate.body, 0x0304)![0]!;
}

Deno.test("describeCertificate() tells all there is about the certificate of RFC 8448", async () => {
  const certificate = rfc8448Certificate();
  const sha256 = sha256Hex(certificate);
  const description = await describeCertificate(certificate, false);
  assert.deepEqual(description, {
    sha256,
    commonName: "rsa",
    fields: {
      subject_cn: "rsa",
      subject_dn: "CN=rsa",
      issuer: "CN=rsa",
      issuer_cn: "rsa",
      self_signed: true,
      not_before: "2016-07-30T01:23:59Z",
      not_after: "2026-07-30T01:23:59Z",
      serial: "02",
      cert_sha256: sha256,
      key_type: "rsa",
      key_bits: 1024,
      signature_algorithm: "sha256WithRSAEncryption",
    },
    lines: [
      ["subject", "CN=rsa"],
      ["issuer", "(self-signed)"],
      ["valid", "2016-07-30T01:23:59Z to 2026-07-30T01:23:59Z"],
      ["sha256", sha256],
    ],
  });
});

Deno.test("describeCertificate() has JA4X only where the FoxIO Licence is accepted", async () => {
  const certificate = rfc8448Certificate();
  assert.ok(!("ja4x" in (await describeCertificate(certificate, false)).fields));
  const { fields } = await describeCertificate(certificate, true);
  assert.match(String(fields.ja4x), /^[0-9a-f]{12}_[0-9a-f]{12}_[0-9a-f]{12}$/);
});

Deno.test("describeCertificate() lists names of four kinds in their order", async () => {
  const certificate = derCertificate({
    issuer: derCommonName("a CA"),
    extensions: [alternativeNames(
      derText(implicitTag(6), "https://host.example/"),
      der(implicitTag(8), fromHex("2a03")),
      dns("host.example"),
      der(implicitTag(7), fromHex("c0000207")),
      derText(implicitTag(1), "root@host.example"),
    )],
  });
  const { fields, lines } = await describeCertificate(certificate, false);
  const names = ["https://host.example/", "host.example", "192.0.2.7", "root@host.example"];
  assert.deepEqual(fields.sans, names);
  assert.equal(fields.sans_total, undefined);
  assert.equal(fields.self_signed, false);
  assert.deepEqual(lines.find(([label]) => label === "issuer"), ["issuer", "CN=a CA"]);
  assert.deepEqual(lines.find(([label]) => label === "names"), ["names", names.join(" ")]);
});

Deno.test("describeCertificate() lists 100 names, and tells how many there are", async () => {
  const names = Array.from({ length: 1500 }, (_, index) => dns(`host-${index}.example`));
  const certificate = derCertificate({ extensions: [alternativeNames(...names)] });
  const { fields, lines } = await describeCertificate(certificate, false);
  assert.ok(Array.isArray(fields.sans));
  assert.equal(fields.sans.length, 100);
  assert.equal(fields.sans_total, 1500);
  assert.match(lines.find(([label]) => label === "names")?.[1] ?? "", /host-99\.example \.\.\.$/);
});

Deno.test("describeCertificate() lists 16 KiB of names at most", async () => {
  const names = Array.from({ length: 90 }, () => dns("x".repeat(4000)));
  const certificate = derCertificate({ extensions: [alternativeNames(...names)] });
  const { fields } = await describeCertificate(certificate, false);
  assert.ok(Array.isArray(fields.sans));
  assert.equal(fields.sans.length, 4);
  assert.equal(fields.sans_total, 90);
});

Deno.test("describeCertificate() leaves out what is empty", async () => {
  const nobody = derSequence();
  const certificate = derCertificate({ subject: nobody, issuer: nobody });
  const { fields, commonName } = await describeCertificate(certificate, false);
  assert.equal(commonName, "");
  for (const field of ["subject_cn", "subject_dn", "issuer", "issuer_cn", "sans"]) {
    assert.ok(!(field in fields), field);
  }
});

Deno.test("describeCertificate() hashes the certificate without what follows it", async () => {
  const certificate = derCertificate();
  const { sha256 } = await describeCertificate(concatBytes(certificate, fromHex("00ff")), false);
  assert.equal(sha256, sha256Hex(certificate));
});

Deno.test("describeCertificate() tells the hash of anything, and never rejects", async () => {
  const certificate = derCertificate({ extensions: [alternativeNames(dns("host.example"))] });
  const damaged = fc.tuple(fc.nat(certificate.length - 1), fc.nat(255)).map(([at, value]) => {
    const bytes = certificate.slice();
    bytes[at] = value;
    return bytes;
  });
  await fc.assert(fc.asyncProperty(fc.oneof(fc.uint8Array(), damaged), async (bytes) => {
    const { sha256, fields } = await describeCertificate(bytes, true);
    assert.match(sha256, /^[0-9a-f]{64}$/);
    assert.equal(fields.cert_sha256, sha256);
  }));
});

Deno.test("describeCertificate() says parse_error of bytes that are no certificate", async () => {
  const bytes = fromHex("deadbeef");
  const sha256 = sha256Hex(bytes);
  assert.deepEqual(await describeCertificate(bytes, true), {
    sha256,
    commonName: "",
    fields: { cert_sha256: sha256, parse_error: true },
    lines: [["subject", "(cannot be read)"], ["sha256", sha256]],
  });
});
