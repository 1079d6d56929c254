/** Public keys of certificates (SubjectPublicKeyInfo, RFC 5280 4.1.2.7): kind, size and parts. */
import { type AlgorithmIdentifier, readAlgorithm } from "./algorithm_identifier.ts";
import { bitLength } from "./big_integer.ts";
import { curveName, fieldBits, readCurve } from "./curves.ts";
import { DerReader, TAG } from "./der.ts";
import { oidText } from "./oid.ts";

/** A public key. */
export interface PublicKey {
  /** `rsa`, `rsa-pss`, `ec`, `dsa`, `dh`, `ed25519`...; the dotted OID where it has no such name. */
  readonly type: string;
  /** Size in bits: of the modulus, of the curve's field, of DSA's p. Left out where not known. */
  readonly bits?: number;
  /** Only for `ec`: a name such as `P-256`, `explicit`, or the OID of a curve not known here. */
  readonly curve?: string;
  readonly algorithm: AlgorithmIdentifier;
  /** The key itself, in a form that depends on the algorithm. */
  readonly key: Uint8Array;
}

/** An RSA public key as big-endian numbers, which are never negative. */
export interface RsaNumbers {
  readonly modulus: Uint8Array;
  readonly exponent: Uint8Array;
}

/** What the keys of a DSA group have in common, as big-endian numbers, which are never negative. */
export interface DsaParameters {
  /** The prime that is the modulus. */
  readonly p: Uint8Array;
  /** The order of `g`. */
  readonly q: Uint8Array;
  /** The generator. */
  readonly g: Uint8Array;
}

/** RFC 3279, 4055, 8410, 9881; PKCS #3 and X9.42 for `dh`. 2.5.8.1.1 is X.509's own name for RSA. */
const TYPES: Readonly<Record<string, string>> = {
  "1.2.840.113549.1.1.1": "rsa",
  "2.5.8.1.1": "rsa",
  "1.2.840.113549.1.1.10": "rsa-pss",
  "1.2.840.10045.2.1": "ec",
  "1.2.840.10040.4.1": "dsa",
  "1.2.840.113549.1.3.1": "dh",
  "1.2.840.10046.2.1": "dh",
  "1.3.101.110": "x25519",
  "1.3.101.111": "x448",
  "1.3.101.112": "ed25519",
  "1.3.101.113": "ed448",
  "2.16.840.1.101.3.4.3.17": "ml-dsa-44",
  "2.16.840.1.101.3.4.3.18": "ml-dsa-65",
  "2.16.840.1.101.3.4.3.19": "ml-dsa-87",
};

/** Bits of encoded keys that come in one size only: RFC 7748 section 5, RFC 8032 5.1 and 5.2. */
const FIXED_BITS: Readonly<Record<string, number>> = {
  x25519: 256,
  x448: 448,
  ed25519: 256,
  ed448: 456,
};

/** The key that is next in `reader`; undefined when none is there. */
export function readPublicKey(reader: DerReader): PublicKey | undefined {
  const info = reader.enter(TAG.sequence);
  const algorithm = readAlgorithm(info);
  const bitString = info.expect(TAG.bitString);
  if (algorithm === undefined || bitString === undefined) return undefined;
  const oid = oidText(algorithm.oid);
  const type = TYPES[oid] ?? oid;
  // X.690 8.6.2.2: the first octet counts the bits of the last that do not belong to it.
  const key = { type, algorithm, key: bitString.content.subarray(1) };
  const bits = keyBits(key);
  const curve = type === "ec" && algorithm.parameters && curveName(algorithm.parameters);
  return {
    ...key,
    ...(bits === undefined ? {} : { bits }),
    ...(curve ? { curve } : {}),
  };
}

/** RSA's modulus and public exponent (RFC 8017 A.1.1); undefined when malformed. */
export function rsaNumbers(key: Uint8Array): RsaNumbers | undefined {
  const sequence = new DerReader(key).enter(TAG.sequence);
  const modulus = sequence.expect(TAG.integer);
  const exponent = sequence.expect(TAG.integer);
  return modulus && exponent && { modulus: modulus.content, exponent: exponent.content };
}

/** DSA's p, q and g (RFC 3279 2.3.2); undefined when malformed or inherited from the issuer. */
export function dsaParameters({ parameters }: AlgorithmIdentifier): DsaParameters | undefined {
  if (parameters?.tag !== TAG.sequence) return undefined;
  const reader = new DerReader(parameters.content);
  const p = reader.expect(TAG.integer);
  const q = reader.expect(TAG.integer);
  const g = reader.expect(TAG.integer);
  return p && q && g && { p: p.content, q: q.content, g: g.content };
}

function keyBits({ type, algorithm, key }: PublicKey): number | undefined {
  switch (type) {
    case "rsa":
    case "rsa-pss": {
      const numbers = rsaNumbers(key);
      return numbers && bitLength(numbers.modulus);
    }
    case "ec": {
      const curve = algorithm.parameters && readCurve(algorithm.parameters);
      return curve && fieldBits(curve);
    }
    case "dsa": {
      const parameters = dsaParameters(algorithm);
      return parameters && bitLength(parameters.p);
    }
    default:
      return FIXED_BITS[type];
  }
}
