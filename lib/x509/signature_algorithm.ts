/** Signature algorithms of certificates: names, and what it takes to check them. */
import { toHex } from "../bytes.ts";
import { type AlgorithmIdentifier, readAlgorithm } from "./algorithm_identifier.ts";
import { bitLength, toBigInt } from "./big_integer.ts";
import { type DerElement, DerReader, explicitTag, TAG } from "./der.ts";
import { hashByOid, type HashName } from "./hashes.ts";
import { oidText } from "./oid.ts";

/** How a signature is made. */
export type SignatureScheme = "rsa-pkcs1" | "rsa-pss" | "dsa" | "ecdsa" | "ed25519" | "ed448";

/** Parameters of RSASSA-PSS beside the hash (RFC 8017 A.2.3). */
export interface PssParameters {
  /** Hash of the mask generation function MGF1. */
  readonly maskHash: HashName;
  /** Length of the salt in bytes. */
  readonly saltLength: number;
}

/** A signature algorithm as a certificate states it. */
export interface SignatureAlgorithm {
  /** Dotted object identifier. */
  readonly oid: string;
  /**
   * OpenSSL's name, such as `sha256WithRSAEncryption` or `ecdsa-with-SHA256`; in lower case
   * `ed25519` and `ed448`; RSASSA-PSS with its hash, `rsassaPss-SHA256`. The OID where unknown.
   */
  readonly name: string;
  /** Left out for an algorithm that cannot be checked here. */
  readonly scheme?: SignatureScheme;
  /** Left out where the scheme has its own, and where it is not known. */
  readonly hash?: HashName;
  /** Only for `rsa-pss`, and only when its parameters make sense. */
  readonly pss?: PssParameters;
}

/** id-RSASSA-PSS (RFC 4055 3.1). */
const RSASSA_PSS = "1.2.840.113549.1.1.10";

/** id-mgf1 (RFC 4055 2.2), hexadecimal of its content bytes. */
const MGF1 = "2a864886f70d010108";

type KnownAlgorithm = readonly [name: string, scheme?: SignatureScheme, hash?: HashName];

/** RFC 3279, 4055, 5758, 8410, 8702, 9881; GM/T 0009 for SM2. MD2 and what follows EdDSA: names only. */
const KNOWN: Readonly<Record<string, KnownAlgorithm>> = {
  "1.2.840.113549.1.1.2": ["md2WithRSAEncryption"],
  "1.2.840.113549.1.1.3": ["md4WithRSAEncryption", "rsa-pkcs1", "md4"],
  "1.2.840.113549.1.1.4": ["md5WithRSAEncryption", "rsa-pkcs1", "md5"],
  "1.2.840.113549.1.1.5": ["sha1WithRSAEncryption", "rsa-pkcs1", "sha1"],
  "1.3.14.3.2.29": ["sha1WithRSA", "rsa-pkcs1", "sha1"],
  "1.2.840.113549.1.1.14": ["sha224WithRSAEncryption", "rsa-pkcs1", "sha224"],
  "1.2.840.113549.1.1.11": ["sha256WithRSAEncryption", "rsa-pkcs1", "sha256"],
  "1.2.840.113549.1.1.12": ["sha384WithRSAEncryption", "rsa-pkcs1", "sha384"],
  "1.2.840.113549.1.1.13": ["sha512WithRSAEncryption", "rsa-pkcs1", "sha512"],
  "1.2.840.113549.1.1.15": ["sha512-224WithRSAEncryption", "rsa-pkcs1", "sha512-224"],
  "1.2.840.113549.1.1.16": ["sha512-256WithRSAEncryption", "rsa-pkcs1", "sha512-256"],
  "2.16.840.1.101.3.4.3.13": ["RSA-SHA3-224", "rsa-pkcs1", "sha3-224"],
  "2.16.840.1.101.3.4.3.14": ["RSA-SHA3-256", "rsa-pkcs1", "sha3-256"],
  "2.16.840.1.101.3.4.3.15": ["RSA-SHA3-384", "rsa-pkcs1", "sha3-384"],
  "2.16.840.1.101.3.4.3.16": ["RSA-SHA3-512", "rsa-pkcs1", "sha3-512"],
  "1.2.840.10040.4.3": ["dsaWithSHA1", "dsa", "sha1"],
  "1.3.14.3.2.27": ["dsaWithSHA1-old", "dsa", "sha1"],
  "2.16.840.1.101.3.4.3.1": ["dsa_with_SHA224", "dsa", "sha224"],
  "2.16.840.1.101.3.4.3.2": ["dsa_with_SHA256", "dsa", "sha256"],
  "2.16.840.1.101.3.4.3.3": ["dsa_with_SHA384", "dsa", "sha384"],
  "2.16.840.1.101.3.4.3.4": ["dsa_with_SHA512", "dsa", "sha512"],
  "1.2.840.10045.4.1": ["ecdsa-with-SHA1", "ecdsa", "sha1"],
  "1.2.840.10045.4.3.1": ["ecdsa-with-SHA224", "ecdsa", "sha224"],
  "1.2.840.10045.4.3.2": ["ecdsa-with-SHA256", "ecdsa", "sha256"],
  "1.2.840.10045.4.3.3": ["ecdsa-with-SHA384", "ecdsa", "sha384"],
  "1.2.840.10045.4.3.4": ["ecdsa-with-SHA512", "ecdsa", "sha512"],
  "2.16.840.1.101.3.4.3.9": ["ecdsa_with_SHA3-224", "ecdsa", "sha3-224"],
  "2.16.840.1.101.3.4.3.10": ["ecdsa_with_SHA3-256", "ecdsa", "sha3-256"],
  "2.16.840.1.101.3.4.3.11": ["ecdsa_with_SHA3-384", "ecdsa", "sha3-384"],
  "2.16.840.1.101.3.4.3.12": ["ecdsa_with_SHA3-512", "ecdsa", "sha3-512"],
  "1.3.101.112": ["ed25519", "ed25519"],
  "1.3.101.113": ["ed448", "ed448"],
  "2.16.840.1.101.3.4.3.17": ["ml-dsa-44"],
  "2.16.840.1.101.3.4.3.18": ["ml-dsa-65"],
  "2.16.840.1.101.3.4.3.19": ["ml-dsa-87"],
  "1.2.156.10197.1.501": ["SM2-with-SM3"],
};

/** What an AlgorithmIdentifier says about a signature. */
export function signatureAlgorithm(identifier: AlgorithmIdentifier): SignatureAlgorithm {
  const oid = oidText(identifier.oid);
  if (oid === RSASSA_PSS) return { oid, ...readPss(identifier.parameters) };
  const [name, scheme, hash] = KNOWN[oid] ?? [oid];
  if (scheme === undefined) return { oid, name };
  return hash === undefined ? { oid, name, scheme } : { oid, name, scheme, hash };
}

/** RSASSA-PSS-params (RFC 8017 A.2.3): each of the four has a default. */
function readPss(parameters: DerElement | undefined): Omit<SignatureAlgorithm, "oid"> {
  const unknown = { name: "rsassaPss" };
  if (parameters?.tag !== TAG.sequence) return unknown;
  const reader = new DerReader(parameters.content);
  let hash: HashName | undefined = "sha1";
  let maskHash: HashName | undefined = "sha1";
  let saltLength = 20;
  if (reader.nextTag === explicitTag(0)) {
    hash = hashOf(readAlgorithm(reader.enter(explicitTag(0))));
  }
  if (reader.nextTag === explicitTag(1)) {
    maskHash = maskHashOf(readAlgorithm(reader.enter(explicitTag(1))));
  }
  if (reader.nextTag === explicitTag(2)) {
    const salt = reader.enter(explicitTag(2)).expect(TAG.integer);
    // More than 16 bits is more than any modulus that is looked at.
    if (salt === undefined || bitLength(salt.content) > 16) return unknown;
    saltLength = Number(toBigInt(salt.content));
  }
  if (hash === undefined) return unknown;
  const name = `rsassaPss-${hash.toUpperCase()}`;
  if (maskHash === undefined || reader.failed) return { name };
  return { name, scheme: "rsa-pss", hash, pss: { maskHash, saltLength } };
}

function hashOf(identifier: AlgorithmIdentifier | undefined): HashName | undefined {
  return identifier && hashByOid(toHex(identifier.oid));
}

/** The hash inside `{ id-mgf1, hash }`, the only mask generation function there is. */
function maskHashOf(identifier: AlgorithmIdentifier | undefined): HashName | undefined {
  if (identifier?.parameters?.tag !== TAG.sequence || toHex(identifier.oid) !== MGF1) {
    return undefined;
  }
  return hashOf(readAlgorithm(new DerReader(identifier.parameters.raw)));
}
