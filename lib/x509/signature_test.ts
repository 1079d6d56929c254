import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { concatBytes, fromHex } from "../bytes.ts";
import { toBigInt, toBytes } from "./big_integer.ts";
import { type Certificate, parseCertificate } from "./certificate.ts";
import {
  fixtureCertificate,
  fixtureDer,
  fixtureNames,
} from "../../tests/support/certificate_fixture.ts";
import { DerReader, explicitTag, TAG } from "./der.ts";
import {
  type CertificateParts,
  der,
  derBits,
  derCertificate,
  derCommonName,
  derHex,
  derInteger,
  derRsaKey,
  derSequence,
  SHA256_WITH_RSA,
} from "../../tests/support/der_builder.ts";
import { isSelfSigned } from "./signature.ts";

/** Fixtures that are not signed with their own key, or where that cannot be told. */
const OTHERS: Readonly<Record<string, false | undefined>> = {
  "same-cn-other-name": false,
  "same-name-other-key": false,
  "empty-subject": false,
  "x25519": false,
  // A compressed point on P-224, and a curve over a binary field.
  "ec-compressed-secp224r1": undefined,
  "ec-sect283k1": undefined,
};

const SELF_SIGNED = fixtureNames().filter((name) => !(name in OTHERS));

function build(parts: CertificateParts): Certificate {
  return parseCertificate(derCertificate(parts))!;
}

/** `bytes` with one bit turned around. */
function flipped(bytes: Uint8Array, position: number): Uint8Array {
  const changed = bytes.slice();
  changed[position]! ^= 1;
  return changed;
}

for (const name of SELF_SIGNED) {
  Deno.test(`isSelfSigned() is true for ${name}.der, and false once a bit is changed`, async () => {
    const certificate = fixtureCertificate(name);
    assert.equal(await isSelfSigned(certificate), true);
    const { tbs, signature } = certificate;
    for (const position of [0, tbs.length >> 1, tbs.length - 1]) {
      const changed = { ...certificate, tbs: flipped(tbs, position) };
      assert.equal(await isSelfSigned(changed), false, `tbs ${position}`);
    }
    for (const position of [signature.length >> 1, signature.length - 1]) {
      const changed = { ...certificate, signature: flipped(signature, position) };
      assert.equal(await isSelfSigned(changed), false, `signature ${position}`);
    }
    for (const length of [0, 1, signature.length - 1]) {
      const changed = { ...certificate, signature: signature.subarray(0, length) };
      assert.equal(await isSelfSigned(changed), false, `signature of ${length} bytes`);
    }
  });
}

for (const [name, expected] of Object.entries(OTHERS)) {
  Deno.test(`isSelfSigned() is ${expected} for ${name}.der`, async () => {
    assert.equal(await isSelfSigned(fixtureCertificate(name)), expected);
  });
}

Deno.test("isSelfSigned() is false for other names, whatever the signature", async () => {
  const certificate = fixtureCertificate("rsa-2048-sha256");
  const { issuer } = build({ issuer: derCommonName("other") });
  assert.equal(await isSelfSigned({ ...certificate, issuer }), false);
  const unknown = derSequence(derHex(TAG.oid, "2a0304"));
  const issued = build({ issuer: derCommonName("other"), signatureAlgorithm: unknown });
  assert.equal(await isSelfSigned(issued), false);
});

Deno.test("isSelfSigned() is undefined for an algorithm that is not known", async () => {
  for (const oid of ["2a0304", "2a864886f70d010102", "608648016503040311", "2a864886f70d01010a"]) {
    const signatureAlgorithm = derSequence(derHex(TAG.oid, oid));
    assert.equal(await isSelfSigned(build({ signatureAlgorithm })), undefined, oid);
  }
});

Deno.test("isSelfSigned() is false for a key of another kind than the signature", async () => {
  const { publicKey } = fixtureCertificate("ec-prime256v1-sha256");
  for (const name of ["rsa-2048-sha256", "rsa-pss-sha1", "dsa-1024-sha1", "ed25519", "ed448"]) {
    assert.equal(await isSelfSigned({ ...fixtureCertificate(name), publicKey }), false, name);
  }
});

Deno.test("isSelfSigned() is undefined for RSA keys that are too large to work with", async () => {
  const sizes: [modulus: bigint, exponent: bigint, expected: false | undefined][] = [
    [(1n << 16384n) - 1n, 65537n, false],
    [(1n << 16384n) + 1n, 65537n, undefined],
    [(1n << 200_000n) + 1n, 65537n, undefined],
    [(1n << 511n) + 1n, 1n << 32n, false],
    [(1n << 511n) + 1n, (1n << 32n) + 1n, undefined],
    [(1n << 511n) + 1n, (1n << 200_000n) + 1n, undefined],
    [0n, 65537n, false],
    [1n, 65537n, false],
  ];
  for (const [modulus, exponent, expected] of sizes) {
    const signature = new Uint8Array(Math.ceil(modulus.toString(2).length / 8)).fill(1);
    const certificate = build({ publicKey: derRsaKey(modulus, exponent), signature });
    assert.equal(await isSelfSigned(certificate), expected, `${certificate.publicKey.bits}`);
  }
});

Deno.test("isSelfSigned() is undefined for DSA groups that are too large or none", async () => {
  const certificate = fixtureCertificate("dsa-1024-sha1");
  const group = async (...numbers: Uint8Array[]) => {
    const parameters = new DerReader(derSequence(...numbers)).next()!;
    const algorithm = { ...certificate.publicKey.algorithm, parameters };
    return await isSelfSigned({
      ...certificate,
      publicKey: { ...certificate.publicKey, algorithm },
    });
  };
  const two = derInteger(2n);
  assert.equal(await group(derInteger(1n << 5000n), derInteger(1n << 159n), two), undefined);
  assert.equal(await group(derInteger(1n << 1023n), derInteger((1n << 600n) + 1n), two), undefined);
  assert.equal(await group(derInteger(0n), derInteger(1n << 200n), two), undefined);
  assert.equal(await group(derInteger(1n << 1023n), derInteger(0n), two), undefined);
  assert.equal(await group(derInteger(1n << 1023n)), undefined);
  assert.equal(await group(derInteger(1n << 1023n), derInteger(1n << 20n), two), false);
  const inherited = { oid: certificate.publicKey.algorithm.oid };
  assert.equal(
    await isSelfSigned({
      ...certificate,
      publicKey: { ...certificate.publicKey, algorithm: inherited },
    }),
    undefined,
  );
});

Deno.test("isSelfSigned() is false for an elliptic curve key that is no point", async () => {
  const certificate = fixtureCertificate("ec-prime256v1-sha256");
  for (const key of [new Uint8Array(0), fromHex("00"), flipped(certificate.publicKey.key, 64)]) {
    const publicKey = { ...certificate.publicKey, key };
    assert.equal(await isSelfSigned({ ...certificate, publicKey }), false);
  }
});

Deno.test("isSelfSigned() is false for Edwards keys and signatures of the wrong length", async () => {
  for (const name of ["ed25519", "ed448"]) {
    const certificate = fixtureCertificate(name);
    for (const length of [0, 31, 33, 56, 58, 100]) {
      const publicKey = { ...certificate.publicKey, key: new Uint8Array(length) };
      assert.equal(await isSelfSigned({ ...certificate, publicKey }), false, `${name} ${length}`);
      const signature = new Uint8Array(length);
      assert.equal(await isSelfSigned({ ...certificate, signature }), false, `${name} ${length}`);
    }
  }
});

Deno.test("isSelfSigned() accepts both s of an ECDSA signature", async () => {
  // Order of secp256k1 (SEC 2 2.4.1). Libraries that know it from Bitcoin take the lower s only.
  const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
  const certificate = fixtureCertificate("ec-secp256k1-sha256");
  const pair = new DerReader(certificate.signature).enter(TAG.sequence);
  const r = pair.expect(TAG.integer)!.raw;
  const s = toBigInt(pair.expect(TAG.integer)!.content);
  for (const either of [s, order - s]) {
    const signature = derSequence(r, derInteger(either));
    assert.equal(await isSelfSigned({ ...certificate, signature }), true);
  }
});

/** A key with exponent 1 signs with the encoded message itself, so a test can make any of these. */
async function signedWithExponentOne(
  modulus: bigint,
  signatureAlgorithm: Uint8Array,
  encode: (tbs: Uint8Array) => Uint8Array,
): Promise<boolean | undefined> {
  const parts = { publicKey: derRsaKey(modulus, 1n), signatureAlgorithm };
  const { tbs } = build(parts);
  return await isSelfSigned(build({ ...parts, signature: encode(tbs) }));
}

function sha256(...parts: Uint8Array[]): Uint8Array {
  return createHash("sha256").update(concatBytes(...parts)).digest();
}

/** EMSA-PKCS1-v1_5 (RFC 8017 9.2) of `size` bytes, or something near it. */
function pkcs1(size: number, info: Uint8Array, start = "0001", fill = 0xff, end = "") {
  const padding = new Uint8Array(size - 3 - info.length - end.length / 2).fill(fill);
  return concatBytes(fromHex(start), padding, fromHex("00"), info, fromHex(end));
}

/** DigestInfo, with or without the NULL that may be left out. */
function digestInfo(tbs: Uint8Array, parameters = "0500"): Uint8Array {
  return derSequence(
    derSequence(derHex(TAG.oid, "608648016503040201"), fromHex(parameters)),
    der(TAG.octetString, sha256(tbs)),
  );
}

Deno.test("isSelfSigned() takes the paddings of PKCS #1 v1.5 and no others", async () => {
  const sign = (encode: (tbs: Uint8Array) => Uint8Array) =>
    signedWithExponentOne((1n << 1024n) - 1n, SHA256_WITH_RSA, encode);
  assert.equal(await sign((tbs) => pkcs1(128, digestInfo(tbs))), true);
  assert.equal(await sign((tbs) => pkcs1(128, digestInfo(tbs, ""))), true);
  const wrong: ((tbs: Uint8Array) => Uint8Array)[] = [
    (tbs) => pkcs1(128, sha256(tbs)),
    (tbs) => pkcs1(128, digestInfo(tbs), "0002"),
    (tbs) => pkcs1(128, digestInfo(tbs), "0101"),
    (tbs) => pkcs1(128, digestInfo(tbs), "0001", 0xfe),
    // Forgeries for small exponents hide in what follows the hash.
    (tbs) => pkcs1(128, digestInfo(tbs), "0001", 0xff, "00".repeat(16)),
    (tbs) => pkcs1(128, digestInfo(tbs).fill(0, -1)),
    (tbs) => pkcs1(129, digestInfo(tbs)),
  ];
  for (const [index, encode] of wrong.entries()) {
    assert.equal(await sign(encode), false, `${index}`);
  }
});

Deno.test("isSelfSigned() wants eight bytes of padding, and a signature below the modulus", async () => {
  const sign = (size: number, more = 0n) => {
    const modulus = (1n << BigInt(8 * size - 1)) + 1n;
    const encode = (tbs: Uint8Array) =>
      toBytes(toBigInt(pkcs1(size, digestInfo(tbs))) + more * modulus, size)!;
    return signedWithExponentOne(modulus, SHA256_WITH_RSA, encode);
  };
  // DigestInfo has 51 bytes, and 11 come before it (RFC 8017 9.2 step 3).
  assert.equal(await sign(62), true);
  assert.equal(await sign(61), false);
  assert.equal(await sign(54), false);
  assert.equal(await sign(62, 1n), false);
});

Deno.test("isSelfSigned() takes the padding of RSASSA-PSS and no other", async () => {
  const hash = derSequence(derHex(TAG.oid, "608648016503040201"));
  const mgf1 = derSequence(derHex(TAG.oid, "2a864886f70d010108"), hash);
  const algorithm = derSequence(
    derHex(TAG.oid, "2a864886f70d01010a"),
    derSequence(
      der(explicitTag(0), hash),
      der(explicitTag(1), mgf1),
      der(explicitTag(2), derInteger(4n)),
    ),
  );
  const salt = fromHex("01020304");
  /** EMSA-PSS (RFC 8017 9.1.1) of 1023 bits with a block that may be odd. */
  const sign = (start: number, before: number, separator: number, trailer: number) =>
    signedWithExponentOne((1n << 1024n) - 1n, algorithm, (tbs) => {
      const seed = sha256(new Uint8Array(8), sha256(tbs), salt);
      const zeros = new Uint8Array(95 - 5);
      zeros[89] = before;
      const block = concatBytes(zeros, Uint8Array.of(separator), salt);
      const mask = concatBytes(
        ...[0, 1, 2].map((count) => sha256(seed, fromHex(`0000000${count}`))),
      );
      const masked = block.map((byte, index) => byte ^ mask[index]!);
      masked[0] = masked[0]! & 0x7f | start;
      return concatBytes(masked, seed, Uint8Array.of(trailer));
    });
  assert.equal(await sign(0, 0, 1, 0xbc), true);
  assert.equal(await sign(0x80, 0, 1, 0xbc), false);
  assert.equal(await sign(0, 1, 1, 0xbc), false);
  assert.equal(await sign(0, 0, 2, 0xbc), false);
  assert.equal(await sign(0, 0, 1, 0xbd), false);
});

Deno.test("isSelfSigned() heeds each parameter of RSASSA-PSS", async () => {
  const certificate = fixtureCertificate("rsa-pss-sha384-mgf1-sha256");
  const algorithm = certificate.signatureAlgorithm;
  assert.deepEqual(algorithm, {
    oid: "1.2.840.113549.1.1.10",
    name: "rsassaPss-SHA384",
    scheme: "rsa-pss",
    hash: "sha384",
    pss: { maskHash: "sha256", saltLength: 0 },
  });
  const wrong = [
    { ...algorithm, hash: "sha256" },
    { ...algorithm, pss: { maskHash: "sha384", saltLength: 0 } },
    { ...algorithm, pss: { maskHash: "sha256", saltLength: 1 } },
    { ...algorithm, pss: { maskHash: "sha256", saltLength: 78 } },
    { ...algorithm, pss: { maskHash: "sha256", saltLength: 65535 } },
  ] as const;
  for (const signatureAlgorithm of wrong) {
    assert.equal(await isSelfSigned({ ...certificate, signatureAlgorithm }), false);
  }
});

Deno.test("isSelfSigned() never rejects on certificates with changed bytes", async () => {
  const names = fixtureNames().filter((name) => name !== "rsa-16384-sha512");
  const changes = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), {
    minLength: 1,
    maxLength: 3,
  });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...names), changes, async (name, list) => {
      const bytes = fixtureDer(name);
      for (const [position, value] of list) bytes[position % bytes.length] = value;
      const certificate = parseCertificate(bytes);
      if (certificate === undefined) return;
      assert.ok([true, false, undefined].includes(await isSelfSigned(certificate)));
    }),
    { numRuns: 500 },
  );
});

Deno.test("isSelfSigned() never rejects on random keys and signatures", async () => {
  const bytes = fc.uint8Array({ maxLength: 160 });
  const names = fc.constantFrom(...fixtureNames());
  await fc.assert(
    fc.asyncProperty(names, bytes, bytes, fc.boolean(), async (name, key, signature, sized) => {
      const certificate = fixtureCertificate(name);
      const fit = (random: Uint8Array, length: number) =>
        Uint8Array.from({ length }, (_, index) => random[index % (random.length || 1)] ?? 0);
      const { publicKey } = certificate;
      const outcome = await isSelfSigned({
        ...certificate,
        publicKey: { ...publicKey, key: sized ? fit(key, publicKey.key.length) : key },
        signature: sized ? fit(signature, certificate.signature.length) : signature,
      });
      // Not that it is never true: an Edwards key of small order signs some texts with zeros.
      assert.ok([true, false, undefined].includes(outcome));
    }),
    { numRuns: 300 },
  );
});

Deno.test("isSelfSigned() is false for a key that is malformed inside", async () => {
  const signatureAlgorithm = derSequence(derHex(TAG.oid, "2a864886f70d01010b"));
  const algorithm = derSequence(derHex(TAG.oid, "2a864886f70d010101"));
  for (const key of ["", "3000", "3003020101", "3080"]) {
    const publicKey = derSequence(algorithm, derBits(fromHex(key)));
    assert.equal(await isSelfSigned(build({ publicKey, signatureAlgorithm })), false, key);
  }
});
