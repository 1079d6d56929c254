import assert from "node:assert/strict";
import { readAlgorithm } from "./algorithm_identifier.ts";
import { der, derHex, derInteger, derSequence } from "../../tests/support/der_builder.ts";
import { DerReader, explicitTag, TAG } from "./der.ts";
import { type SignatureAlgorithm, signatureAlgorithm } from "./signature_algorithm.ts";

function read(identifier: Uint8Array): SignatureAlgorithm {
  return signatureAlgorithm(readAlgorithm(new DerReader(identifier))!);
}

const PSS = "1.2.840.113549.1.1.10";
const SHA256 = derSequence(derHex(TAG.oid, "608648016503040201"), der(TAG.null));
const UNKNOWN = derSequence(derHex(TAG.oid, "2a0304"));

/** AlgorithmIdentifier of RSASSA-PSS with those of its parameters that are given. */
function pssAlgorithm(
  parts: { hash?: Uint8Array; maskHash?: Uint8Array; salt?: Uint8Array },
): Uint8Array {
  const mgf1 = derHex(TAG.oid, "2a864886f70d010108");
  const parameters = [
    parts.hash && der(explicitTag(0), parts.hash),
    parts.maskHash && der(explicitTag(1), derSequence(mgf1, parts.maskHash)),
    parts.salt && der(explicitTag(2), parts.salt),
  ].filter((part) => part !== undefined);
  return derSequence(derHex(TAG.oid, "2a864886f70d01010a"), derSequence(...parameters));
}

Deno.test("signatureAlgorithm() knows schemes and hashes by their identifiers", () => {
  const known: Record<string, [name: string, scheme?: string, hash?: string]> = {
    "2a864886f70d010104": ["md5WithRSAEncryption", "rsa-pkcs1", "md5"],
    "2a864886f70d01010d": ["sha512WithRSAEncryption", "rsa-pkcs1", "sha512"],
    "2b0e03021d": ["sha1WithRSA", "rsa-pkcs1", "sha1"],
    "2a8648ce380403": ["dsaWithSHA1", "dsa", "sha1"],
    "2a8648ce3d040302": ["ecdsa-with-SHA256", "ecdsa", "sha256"],
    "60864801650304030a": ["ecdsa_with_SHA3-256", "ecdsa", "sha3-256"],
    "2b6570": ["ed25519", "ed25519"],
    "2b6571": ["ed448", "ed448"],
    "608648016503040311": ["ml-dsa-44"],
    "2a864886f70d010102": ["md2WithRSAEncryption"],
    "2a0304": ["1.2.3.4"],
  };
  for (const [oid, expected] of Object.entries(known)) {
    const { name, scheme, hash } = read(derSequence(derHex(TAG.oid, oid)));
    assert.deepEqual([name, scheme, hash].filter((part) => part !== undefined), expected);
  }
});

Deno.test("signatureAlgorithm() gives RSASSA-PSS the defaults of RFC 8017 A.2.3", () => {
  assert.deepEqual(read(pssAlgorithm({})), {
    oid: PSS,
    name: "rsassaPss-SHA1",
    scheme: "rsa-pss",
    hash: "sha1",
    pss: { maskHash: "sha1", saltLength: 20 },
  });
  assert.deepEqual(read(pssAlgorithm({ maskHash: SHA256, salt: derInteger(65535n) })).pss, {
    maskHash: "sha256",
    saltLength: 65535,
  });
  assert.equal(read(pssAlgorithm({ hash: SHA256 })).name, "rsassaPss-SHA256");
});

Deno.test("signatureAlgorithm() has no scheme for RSASSA-PSS that it cannot check", () => {
  const identifier = derHex(TAG.oid, "2a864886f70d01010a");
  const odd = [
    derSequence(identifier),
    derSequence(identifier, der(TAG.null)),
    pssAlgorithm({ hash: UNKNOWN }),
    pssAlgorithm({ hash: der(TAG.null) }),
    pssAlgorithm({ salt: derInteger(65536n) }),
    pssAlgorithm({ salt: derInteger(1n << 4000n) }),
    pssAlgorithm({ salt: der(TAG.null) }),
  ];
  for (const bytes of odd) assert.deepEqual(read(bytes), { oid: PSS, name: "rsassaPss" });
  for (const maskHash of [UNKNOWN, der(TAG.null)]) {
    const algorithm = read(pssAlgorithm({ hash: SHA256, maskHash }));
    assert.deepEqual(algorithm, { oid: PSS, name: "rsassaPss-SHA256" });
  }
});
