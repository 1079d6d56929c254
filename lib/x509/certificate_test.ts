import assert from "node:assert/strict";
import fc from "fast-check";
import { concatBytes, fromHex, toHex } from "../bytes.ts";
import { sha256Hex } from "../hash.ts";
import { type Certificate, MAX_CERTIFICATE_LENGTH, parseCertificate } from "./certificate.ts";
import {
  fixtureCertificate,
  fixtureDer,
  fixtureNames,
  readOpenssl,
} from "../../tests/support/certificate_fixture.ts";
import { explicitTag, TAG } from "./der.ts";
import {
  type CertificateParts,
  der,
  derCertificate,
  derExtension,
  derHex,
  derInteger,
  derSequence,
  derText,
} from "../../tests/support/der_builder.ts";

function build(parts: CertificateParts): Certificate {
  return parseCertificate(derCertificate(parts))!;
}

/** What OpenSSL and this reader may differ in: the case of a few names. */
function normalName(text: string): string {
  return text.replace("street=", "STREET=");
}

for (const [name, openssl] of readOpenssl()) {
  Deno.test(`parseCertificate() reads in ${name}.der what OpenSSL reads`, () => {
    const certificate = fixtureCertificate(name);
    assert.equal(certificate.version, Number(openssl.get("version")));
    assert.equal(certificate.serial, openssl.get("serial")!.toLowerCase());
    assert.equal(certificate.notBefore, openssl.get("notBefore")!.replace(" ", "T"));
    assert.equal(certificate.notAfter, openssl.get("notAfter")!.replace(" ", "T"));
    const fingerprint = openssl.get("sha256 Fingerprint")!.replaceAll(":", "").toLowerCase();
    assert.equal(sha256Hex(certificate.der), fingerprint);
    const algorithm = openssl.get("algorithm")!;
    if (algorithm === "rsassaPss") assert.match(certificate.signatureAlgorithm.name, /^rsassaPss-/);
    else assert.match(certificate.signatureAlgorithm.name, new RegExp(`^${algorithm}$`, "i"));
    const names = openssl.get("names")?.split(", ") ?? [];
    assert.deepEqual(
      certificate.alternativeNames.filter(({ type }) => type === "dns").map(({ value }) => value),
      names.filter((text) => text.startsWith("DNS:")).map((text) => text.slice(4)),
    );
    // OpenSSL turns multi-valued relative names around; names_test.ts has this one.
    if (name !== "multi-valued") {
      assert.equal(certificate.subject.text, normalName(openssl.get("subject")!));
      assert.equal(certificate.issuer.text, normalName(openssl.get("issuer")!));
    }
    // Curves over other fields than those of a prime have no size here.
    if (openssl.has("bits") && name !== "ec-sect283k1") {
      assert.equal(certificate.publicKey.bits, Number(openssl.get("bits")));
    }
  });
}

Deno.test("parseCertificate() names keys and curves", () => {
  const keys: Record<string, unknown[]> = {
    "rsa-512-md5": ["rsa", 512, undefined],
    "rsa-1025-sha224": ["rsa", 1025, undefined],
    "rsa-pss-key-sha256": ["rsa-pss", 2048, undefined],
    "dsa-1024-sha1": ["dsa", 1024, undefined],
    "ec-prime192v1-sha256": ["ec", 192, "P-192"],
    "ec-secp224r1-sha256": ["ec", 224, "P-224"],
    "ec-prime256v1-sha256": ["ec", 256, "P-256"],
    "ec-secp384r1-sha256": ["ec", 384, "P-384"],
    "ec-secp521r1-sha256": ["ec", 521, "P-521"],
    "ec-secp256k1-sha256": ["ec", 256, "secp256k1"],
    "ec-brainpoolP512r1-sha256": ["ec", 512, "brainpoolP512r1"],
    "ec-explicit": ["ec", 256, "explicit"],
    "ec-sect283k1": ["ec", undefined, "1.3.132.0.16"],
    "ed25519": ["ed25519", 256, undefined],
    "ed448": ["ed448", 456, undefined],
    "x25519": ["x25519", 256, undefined],
  };
  for (const [name, expected] of Object.entries(keys)) {
    const { type, bits, curve } = fixtureCertificate(name).publicKey;
    assert.deepEqual([type, bits, curve], expected, name);
  }
});

Deno.test("parseCertificate() reads every kind of alternative name", () => {
  assert.deepEqual(fixtureCertificate("names").alternativeNames, [
    { type: "dns", value: "a.example" },
    { type: "dns", value: "*.wild.example" },
    { type: "ip", value: "192.0.2.7" },
    { type: "ip", value: "2001:db8::1:0:0:1" },
    { type: "ip", value: "::ffff:192.0.2.8" },
    { type: "uri", value: "https://example.org/path?query" },
    { type: "email", value: "admin@example.org" },
    { type: "rid", value: "1.2.3.4" },
    { type: "directory", value: "CN=Directory\\, Name,O=Example" },
    { type: "other", value: "1.3.6.1.4.1.311.20.2.3=user@example.org" },
  ]);
});

Deno.test("parseCertificate() reads the CA flag and the key identifiers", () => {
  const ca = fixtureCertificate("ca");
  const leaf = fixtureCertificate("same-cn-other-name");
  assert.equal(ca.isCa, true);
  assert.equal(leaf.isCa, false);
  assert.match(ca.subjectKeyId!, /^[0-9a-f]{40}$/);
  assert.equal(ca.authorityKeyId, undefined);
  assert.equal(leaf.authorityKeyId, ca.subjectKeyId);
  assert.notEqual(leaf.subjectKeyId, ca.subjectKeyId);
});

Deno.test("parseCertificate() lists the extensions in order", () => {
  assert.deepEqual(fixtureCertificate("many").extensionOids.map(toHex), [
    "551d0f",
    "551d25",
    "551d20",
    "551d1f",
    "2b06010505070101",
    "551d11",
    "2b06010401868d1f01",
    "2b06010401868d1f02",
    "551d0e",
  ]);
});

Deno.test("parseCertificate() writes serial numbers without the sign byte", () => {
  const serials: Record<string, string> = {
    "01": "01",
    "00": "00",
    "0000": "00",
    "00f1": "f1",
    "0001": "01",
    "f1": "f1",
    "ff": "ff",
    "": "",
  };
  for (const [hex, serial] of Object.entries(serials)) {
    assert.equal(build({ serial: derHex(TAG.integer, hex) }).serial, serial, hex);
  }
  const long = build({ serial: der(TAG.integer, new Uint8Array(100_000).fill(0xab)) });
  assert.equal(long.serial, "ab".repeat(64));
});

Deno.test("parseCertificate() reads version 1, which has neither version nor extensions", () => {
  const certificate = build({ version: new Uint8Array(0) });
  assert.equal(certificate.version, 1);
  assert.deepEqual(certificate.extensionOids, []);
  assert.deepEqual(certificate.alternativeNames, []);
  assert.equal(certificate.isCa, false);
});

Deno.test("parseCertificate() gives version 0 for a number that cannot be one", () => {
  for (const hex of ["", "ff", "7f", "0102", "ff".repeat(9)]) {
    assert.equal(build({ version: der(explicitTag(0), derHex(TAG.integer, hex)) }).version, 0);
  }
});

Deno.test("parseCertificate() ignores what follows the certificate", () => {
  const bytes = fixtureDer("rsa-2048-sha256");
  const certificate = parseCertificate(concatBytes(bytes, fromHex("deadbeef")))!;
  assert.equal(toHex(certificate.der), toHex(bytes));
});

Deno.test("parseCertificate() takes lengths that are longer than they need be", () => {
  const bytes = derCertificate();
  assert.equal(toHex(bytes.subarray(0, 2)), "3082");
  const padded = concatBytes(fromHex("3088000000000000"), bytes.subarray(2));
  assert.equal(parseCertificate(padded)?.subject.text, "CN=test");
});

Deno.test("parseCertificate() reads on after times, keys and extensions that are malformed", () => {
  const time = build({ notBefore: derText(TAG.utcTime, "never"), notAfter: derHex(TAG.null, "") });
  assert.equal(time.notBefore, undefined);
  assert.equal(time.notAfter, undefined);
  assert.equal(time.subject.text, "CN=test");
  const key = build({
    publicKey: derSequence(derSequence(derHex(TAG.oid, "2a0304")), derHex(TAG.bitString, "")),
  });
  assert.equal(key.publicKey.type, "1.2.3.4");
  assert.equal(key.publicKey.bits, undefined);
  const extensions = build({
    extensions: [
      derExtension("551d13", derSequence(derHex(TAG.boolean, "ff"))),
      derSequence(derHex(TAG.oid, "2a03")),
      derExtension("2a04", derHex(TAG.null, "")),
    ],
  });
  assert.equal(extensions.isCa, true);
  assert.deepEqual(extensions.extensionOids.map(toHex), ["551d13"]);
});

Deno.test("parseCertificate() skips unique identifiers", () => {
  const certificate = build({
    uniqueIds: concatBytes(derHex(0x81, "00aa"), derHex(0x82, "00bb")),
    extensions: [derExtension("551d13", derSequence(derHex(TAG.boolean, "01")))],
  });
  assert.equal(certificate.isCa, true);
});

Deno.test("parseCertificate() reads 128 extensions", () => {
  const extensions = Array.from({ length: 200 }, () => derExtension("2a03", new Uint8Array(0)));
  assert.equal(build({ extensions }).extensionOids.length, 128);
});

Deno.test("parseCertificate() heeds the first of two extensions of a kind", () => {
  const certificate = build({
    extensions: [
      derExtension("551d11", derSequence(derText(0x82, "first"))),
      derExtension("551d11", derSequence(derText(0x82, "second"))),
    ],
  });
  assert.deepEqual(certificate.extensionOids.map(toHex), ["551d11", "551d11"]);
  assert.deepEqual(certificate.alternativeNames, [{ type: "dns", value: "first" }]);
});

Deno.test("parseCertificate() returns undefined when a part is missing", () => {
  const empty = new Uint8Array(0);
  for (const part of ["serial", "issuer", "subject", "publicKey"] as const) {
    assert.equal(parseCertificate(derCertificate({ [part]: empty })), undefined, part);
  }
  assert.equal(parseCertificate(empty), undefined);
  assert.equal(parseCertificate(derSequence()), undefined);
  assert.equal(parseCertificate(derSequence(derSequence())), undefined);
});

Deno.test("parseCertificate() returns undefined for every shortened certificate", () => {
  const bytes = fixtureDer("names");
  for (let length = 0; length < bytes.length; length++) {
    assert.equal(parseCertificate(bytes.subarray(0, length)), undefined, `${length}`);
  }
});

Deno.test("parseCertificate() reads 1 MiB and no more", () => {
  const body = new Uint8Array(MAX_CERTIFICATE_LENGTH - 1000);
  const large = derCertificate({ extensions: [derExtension("2a03", body)] });
  assert.equal(parseCertificate(large)?.extensionOids.length, 1);
  const larger = concatBytes(large, new Uint8Array(1000));
  assert.equal(parseCertificate(larger), undefined);
});

Deno.test("parseCertificate() returns undefined for deep nesting and lengths beyond the end", () => {
  const size = 1 << 19;
  const bombs = [
    new Uint8Array(size).fill(0x30),
    Uint8Array.from({ length: size }, (_, index) => index % 2 === 0 ? 0x30 : 0x80),
    Uint8Array.from(
      { length: size },
      (_, index) => [0x30, 0x84, 0xff, 0xff, 0xff, 0xff][index % 6]!,
    ),
    fromHex("3084ffffffff"),
    fromHex("3084ffffffff3084ffffffff3084ffffffff"),
    fromHex("3080308030803080"),
    fromHex("30ffffffffffffffff"),
  ];
  let nested: Uint8Array = derHex(TAG.null, "");
  for (let depth = 0; depth < 2000; depth++) nested = derSequence(nested);
  for (const bomb of [...bombs, nested]) assert.equal(parseCertificate(bomb), undefined);
  // Where a name, a key or an extension should be.
  const parts = { issuer: nested, subject: nested, extensions: [nested] };
  assert.equal(build(parts).subject.text, "");
  assert.equal(parseCertificate(derCertificate({ publicKey: nested })), undefined);
});

Deno.test("parseCertificate() reads to the end of 500,000 elements where few are expected", () => {
  const empty = (tag: number) =>
    Uint8Array.from({ length: 1_000_000 }, (_, index) => index % 2 === 0 ? tag : 0);
  assert.equal(build({ subject: derSequence(empty(TAG.set)) }).subject.text, "");
  assert.equal(build({ subject: derSequence(der(TAG.set, empty(TAG.sequence))) }).subject.text, "");
  assert.deepEqual(build({ extensions: [empty(TAG.sequence)] }).extensionOids, []);
  const names = build({ extensions: [derExtension("551d11", derSequence(empty(0x82)))] });
  assert.equal(names.alternativeNameCount, 500_000);
  assert.equal(names.alternativeNames.length, 1000);
});

/** One to four changes to the bytes of a fixture: a byte set, cut out, put in, or the end cut off. */
function mutatedFixture(): fc.Arbitrary<Uint8Array> {
  const change = fc.tuple(fc.nat({ max: 3 }), fc.nat(), fc.nat({ max: 255 }));
  const changes = fc.array(change, { minLength: 1, maxLength: 4 });
  return fc.tuple(fc.constantFrom(...fixtureNames()), changes).map(([name, list]) => {
    const bytes = [...fixtureDer(name)];
    for (const [kind, position, value] of list) {
      const at = position % Math.max(bytes.length, 1);
      if (kind === 0) bytes[at] = value;
      else if (kind === 1) bytes.splice(at, value % 8);
      else if (kind === 2) bytes.splice(at, 0, value);
      else bytes.length = at;
    }
    return Uint8Array.from(bytes);
  });
}

/** All that consumers may rely on in any certificate. */
function assertBounded(certificate: Certificate): void {
  assert.ok(certificate.serial.length <= 128);
  assert.ok(certificate.issuer.text.length <= 4096);
  assert.ok(certificate.subject.text.isWellFormed());
  assert.ok(certificate.extensionOids.length <= 128);
  assert.ok(certificate.alternativeNames.length <= 1000);
  for (const time of [certificate.notBefore, certificate.notAfter]) {
    assert.match(time ?? "2000-01-01T00:00:00Z", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  }
}

Deno.test("parseCertificate() never throws on changed certificates", () => {
  fc.assert(
    fc.property(mutatedFixture(), (bytes) => {
      const certificate = parseCertificate(bytes);
      if (certificate !== undefined) assertBounded(certificate);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("parseCertificate() never throws on random bytes", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
    assert.equal(parseCertificate(bytes), undefined);
    const inside = parseCertificate(derCertificate({ subject: der(TAG.sequence, bytes) }))!;
    assertBounded(inside);
  }));
});

Deno.test("parseCertificate() never throws on random bytes in any part", () => {
  const part = fc.constantFrom(
    "serial",
    "issuer",
    "notBefore",
    "publicKey",
    "uniqueIds",
    "signatureAlgorithm",
    "signature",
  );
  fc.assert(fc.property(part, fc.uint8Array({ maxLength: 60 }), (name, bytes) => {
    const certificate = parseCertificate(derCertificate({ [name]: bytes }));
    if (certificate !== undefined) assertBounded(certificate);
  }));
});

Deno.test("parseCertificate() reads the algorithm that RSA keys are mostly signed with", () => {
  assert.deepEqual(build({ serial: derInteger(5n) }).signatureAlgorithm, {
    oid: "1.2.840.113549.1.1.11",
    name: "sha256WithRSAEncryption",
    scheme: "rsa-pkcs1",
    hash: "sha256",
  });
});
