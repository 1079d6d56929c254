/** Whether a certificate is signed with its own key. */
import { concatBytes, equalBytes, fromHex } from "../bytes.ts";
import { toBigInt } from "./big_integer.ts";
import type { Certificate } from "./certificate.ts";
import { readCurve, readPoint } from "./curves.ts";
import { DerReader, TAG } from "./der.ts";
import { verifyDsa } from "./dsa.ts";
import { verifyEcdsa } from "./ecdsa.ts";
import type { Digest } from "./hashes.ts";
import { dsaParameters, rsaNumbers } from "./public_key.ts";
import { type SignedData, verifyPkcs1, verifyPss } from "./rsa.ts";
import type { SignatureScheme } from "./signature_algorithm.ts";

/** node:crypto, loaded only when there is a signature to check. */
type Crypto = typeof import("node:crypto");

/** Whether a signature is by a certificate's own key; undefined when that cannot be told. */
type Verifier = (certificate: Certificate, crypto: Crypto) => boolean | undefined;

const VERIFIERS: Readonly<Record<SignatureScheme, Verifier>> = {
  "rsa-pkcs1": verifyWithRsa,
  "rsa-pss": verifyWithRsa,
  dsa: verifyWithDsa,
  ecdsa: verifyWithCurve,
  ed25519: verifyWithEdwards,
  ed448: verifyWithEdwards,
};

/** Types of the keys that make signatures of each scheme. */
const SIGNERS: Readonly<Record<SignatureScheme, readonly string[]>> = {
  "rsa-pkcs1": ["rsa"],
  "rsa-pss": ["rsa", "rsa-pss"],
  dsa: ["dsa"],
  ecdsa: ["ec"],
  ed25519: ["ed25519"],
  ed448: ["ed448"],
};

/** SubjectPublicKeyInfo up to the key (RFC 8410 section 4), and lengths (RFC 8032 5.1.5, 5.2.5). */
const EDWARDS: Readonly<Record<string, readonly [prefix: string, key: number, signature: number]>> =
  {
    ed25519: ["302a300506032b6570032100", 32, 64],
    ed448: ["3043300506032b6571033a00", 57, 114],
  };

/**
 * True when the certificate names itself as its issuer and its signature was made with its own key.
 *
 * False when the names differ in a single byte, or the signature is not by this key. Undefined when
 * that cannot be told: an algorithm or curve that is not known here, or a key beyond its bounds.
 * Dates and extensions play no part. Never rejects.
 */
export async function isSelfSigned(certificate: Certificate): Promise<boolean | undefined> {
  if (!equalBytes(certificate.issuer.der, certificate.subject.der)) return false;
  const { scheme } = certificate.signatureAlgorithm;
  if (scheme === undefined) return undefined;
  if (!SIGNERS[scheme].includes(certificate.publicKey.type)) return false;
  try {
    return VERIFIERS[scheme](certificate, await import("node:crypto"));
  } catch {
    // A hash or a key that node:crypto does not take.
    return undefined;
  }
}

function verifyWithRsa(certificate: Certificate, crypto: Crypto): boolean | undefined {
  const { publicKey, signature, signatureAlgorithm } = certificate;
  const signed = signedData(certificate, crypto);
  const key = rsaNumbers(publicKey.key);
  if (signed === undefined) return undefined;
  if (key === undefined) return false;
  if (signatureAlgorithm.scheme === "rsa-pkcs1") return verifyPkcs1(key, signature, signed);
  return signatureAlgorithm.pss && verifyPss(key, signature, signed, signatureAlgorithm.pss);
}

function verifyWithDsa(certificate: Certificate, crypto: Crypto): boolean | undefined {
  const { publicKey, signature } = certificate;
  const signed = signedData(certificate, crypto);
  const parameters = dsaParameters(publicKey.algorithm);
  if (signed === undefined || parameters === undefined) return undefined;
  const key = new DerReader(publicKey.key).expect(TAG.integer);
  const pair = readPair(signature);
  if (key === undefined || pair === undefined) return false;
  return verifyDsa(parameters, key.content, signed.digest(signed.hash, signed.data), pair);
}

function verifyWithCurve(certificate: Certificate, crypto: Crypto): boolean | undefined {
  const { publicKey, signature } = certificate;
  const signed = signedData(certificate, crypto);
  const curve = publicKey.algorithm.parameters && readCurve(publicKey.algorithm.parameters);
  if (signed === undefined || curve === undefined) return undefined;
  const point = readPoint(curve, publicKey.key);
  if (point === undefined) return undefined;
  const pair = readPair(signature);
  if (point === "invalid" || pair === undefined) return false;
  return verifyEcdsa(curve, point, signed.digest(signed.hash, signed.data), pair);
}

function verifyWithEdwards(
  { publicKey, signature, tbs }: Certificate,
  crypto: Crypto,
): boolean | undefined {
  const [prefix, keyLength, signatureLength] = EDWARDS[publicKey.type]!;
  if (publicKey.key.length !== keyLength || signature.length !== signatureLength) return false;
  const key = crypto.createPublicKey({
    // Made anew, so that node:crypto meets nothing that a stranger has encoded.
    key: Buffer.from(concatBytes(fromHex(prefix), publicKey.key)),
    format: "der",
    type: "spki",
  });
  return crypto.verify(null, tbs, key, signature);
}

/** What was signed, with which hash; undefined when the hash is not known. */
function signedData(
  { signatureAlgorithm: { hash }, tbs: data }: Certificate,
  crypto: Crypto,
): SignedData | undefined {
  if (hash === undefined) return undefined;
  const digest: Digest = (name, bytes) => crypto.createHash(name).update(bytes).digest();
  return { hash, data, digest };
}

/** The r and s of DSA (RFC 3279 2.2.2) and ECDSA (2.2.3); longer ones are no signature of either. */
function readPair(signature: Uint8Array): { r: bigint; s: bigint } | undefined {
  const sequence = new DerReader(signature).enter(TAG.sequence);
  const r = sequence.expect(TAG.integer);
  const s = sequence.expect(TAG.integer);
  return r && s && { r: toBigInt(r.content), s: toBigInt(s.content) };
}
