/** Test support: writes DER, and certificates with whatever parts a test wants odd. */
import { concatBytes, fromHex } from "../../lib/bytes.ts";
import { explicitTag, TAG } from "../../lib/x509/der.ts";

/** An element with its length in as few octets as can be. */
export function der(tag: number, ...contents: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const content = concatBytes(...contents);
  if (content.length < 0x80) return concatBytes(Uint8Array.of(tag, content.length), content);
  const hex = content.length.toString(16);
  const length = fromHex(hex.length % 2 === 0 ? hex : `0${hex}`);
  return concatBytes(Uint8Array.of(tag, 0x80 | length.length), length, content);
}

/** An element of text, in UTF-8. */
export function derText(tag: number, text: string): Uint8Array<ArrayBuffer> {
  return der(tag, new TextEncoder().encode(text));
}

/** An element with content given in hexadecimal. */
export function derHex(tag: number, hex: string): Uint8Array<ArrayBuffer> {
  return der(tag, fromHex(hex));
}

/** An INTEGER that is not negative. */
export function derInteger(value: bigint): Uint8Array<ArrayBuffer> {
  const hex = value.toString(16);
  const even = hex.length % 2 === 0 ? hex : `0${hex}`;
  return derHex(TAG.integer, Number.parseInt(even.slice(0, 2), 16) < 0x80 ? even : `00${even}`);
}

/** A SEQUENCE. */
export function derSequence(...elements: Uint8Array[]): Uint8Array<ArrayBuffer> {
  return der(TAG.sequence, ...elements);
}

/** A name with one relative name for each attribute: its type in hexadecimal, and its value. */
export function derName(...attributes: (readonly [type: string, value: Uint8Array])[]) {
  return derSequence(
    ...attributes.map(([type, value]) => der(TAG.set, derSequence(derHex(TAG.oid, type), value))),
  );
}

/** A name that consists of a common name. */
export function derCommonName(text: string): Uint8Array<ArrayBuffer> {
  return derName(["550403", derText(TAG.utf8String, text)]);
}

/** An extension: its object identifier in hexadecimal, and its value. */
export function derExtension(oid: string, value: Uint8Array): Uint8Array<ArrayBuffer> {
  return derSequence(derHex(TAG.oid, oid), der(TAG.octetString, value));
}

/** A BIT STRING of whole octets. */
export function derBits(content: Uint8Array): Uint8Array<ArrayBuffer> {
  return der(TAG.bitString, Uint8Array.of(0), content);
}

/** A SubjectPublicKeyInfo with an RSA key. */
export function derRsaKey(modulus: bigint, exponent: bigint): Uint8Array<ArrayBuffer> {
  return derSequence(
    RSA_ENCRYPTION,
    derBits(derSequence(derInteger(modulus), derInteger(exponent))),
  );
}

/** AlgorithmIdentifier of rsaEncryption, 1.2.840.113549.1.1.1. */
const RSA_ENCRYPTION = derSequence(
  derHex(TAG.oid, "2a864886f70d010101"),
  der(TAG.null),
);

/** AlgorithmIdentifier of sha256WithRSAEncryption, 1.2.840.113549.1.1.11. */
export const SHA256_WITH_RSA = derSequence(
  derHex(TAG.oid, "2a864886f70d01010b"),
  der(TAG.null),
);

/** The parts of a certificate, each a whole element. */
export interface CertificateParts {
  /** With its `[0]` around it; empty for version 1. */
  readonly version?: Uint8Array;
  readonly serial?: Uint8Array;
  readonly issuer?: Uint8Array;
  readonly notBefore?: Uint8Array;
  readonly notAfter?: Uint8Array;
  readonly subject?: Uint8Array;
  readonly publicKey?: Uint8Array;
  /** What stands between the key and the extensions. */
  readonly uniqueIds?: Uint8Array;
  readonly extensions?: readonly Uint8Array[];
  readonly signatureAlgorithm?: Uint8Array;
  readonly signature?: Uint8Array;
}

/** A certificate of these parts, and of ordinary ones for the rest. Its signature is all zeros. */
export function derCertificate(parts: CertificateParts = {}): Uint8Array<ArrayBuffer> {
  const name = derCommonName("test");
  const algorithm = parts.signatureAlgorithm ?? SHA256_WITH_RSA;
  const extensions = parts.extensions ?? [];
  const tbs = derSequence(
    parts.version ?? der(explicitTag(0), derInteger(2n)),
    parts.serial ?? derInteger(1n),
    algorithm,
    parts.issuer ?? name,
    derSequence(
      parts.notBefore ?? derText(TAG.utcTime, "200101000000Z"),
      parts.notAfter ?? derText(TAG.utcTime, "400101000000Z"),
    ),
    parts.subject ?? name,
    parts.publicKey ?? derRsaKey((1n << 511n) + 1n, 65537n),
    parts.uniqueIds ?? new Uint8Array(0),
    extensions.length === 0 ? new Uint8Array(0) : der(explicitTag(3), derSequence(...extensions)),
  );
  return derSequence(tbs, algorithm, derBits(parts.signature ?? new Uint8Array(64)));
}
