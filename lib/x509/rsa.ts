/**
 * RSA signature verification (RFC 8017 section 8).
 *
 * Written out here because node:crypto in Deno throws on RSASSA-PSS keys.
 */
import { concatBytes, equalBytes, fromHex } from "../bytes.ts";
import { bitLength, modPow, toBigInt, toBytes } from "./big_integer.ts";
import { type Digest, HASH_OIDS, type HashName } from "./hashes.ts";
import type { RsaNumbers } from "./public_key.ts";
import type { PssParameters } from "./signature_algorithm.ts";

/** Larger keys are refused, as OpenSSL does: it bounds the work that a hostile key can ask for. */
export const MAX_RSA_BITS = 16384;

/** Larger exponents are refused: those in use are 3, 17 and 65537, and work grows with length. */
const MAX_EXPONENT = 2n ** 32n;

/** Data and the hash that its signature is about. */
export interface SignedData {
  readonly hash: HashName;
  readonly data: Uint8Array;
  readonly digest: Digest;
}

/**
 * True when `signature` is the RSASSA-PKCS1-v1_5 signature of the data (RFC 8017 8.2.2). Undefined
 * for a key of more than {@linkcode MAX_RSA_BITS} bits, and for an exponent above 2^32.
 */
export function verifyPkcs1(
  key: RsaNumbers,
  signature: Uint8Array,
  { hash, data, digest }: SignedData,
): boolean | undefined {
  const message = recoverMessage(key, signature);
  if (typeof message !== "bigint") return message;
  const length = signature.length;
  const encoded = toBytes(message, length)!;
  const oid = fromHex(HASH_OIDS[hash]);
  const digestValue = element(0x04, digest(hash, data));
  // RFC 8017 9.2 note 1: the parameters of the hash are NULL, but may have been left out.
  return [fromHex("0500"), new Uint8Array(0)].some((parameters) => {
    const algorithm = element(0x30, concatBytes(element(0x06, oid), parameters));
    const info = element(0x30, concatBytes(algorithm, digestValue));
    if (length < info.length + 11) return false;
    const padding = new Uint8Array(length - info.length - 3).fill(0xff);
    return equalBytes(encoded, concatBytes(fromHex("0001"), padding, fromHex("00"), info));
  });
}

/** As {@linkcode verifyPkcs1}, for RSASSA-PSS (RFC 8017 8.1.2 and 9.1.2). */
export function verifyPss(
  key: RsaNumbers,
  signature: Uint8Array,
  { hash, data, digest }: SignedData,
  { maskHash, saltLength }: PssParameters,
): boolean | undefined {
  const message = recoverMessage(key, signature);
  if (typeof message !== "bigint") return message;
  const encodedBits = bitLength(key.modulus) - 1;
  const length = Math.ceil(encodedBits / 8);
  const encoded = toBytes(message, length);
  const dataHash = digest(hash, data);
  const blockLength = length - dataHash.length - 1;
  if (encoded === undefined || encoded[length - 1] !== 0xbc || blockLength < saltLength + 1) {
    return false;
  }
  const unusedBits = 0xff << (8 - (8 * length - encodedBits)) & 0xff;
  if ((encoded[0]! & unusedBits) !== 0) return false;
  const seed = encoded.subarray(blockLength, length - 1);
  const mask = generateMask(seed, blockLength, maskHash, digest);
  const block = mask.map((byte, index) => byte ^ encoded[index]!);
  block[0]! &= ~unusedBits;
  const saltStart = blockLength - saltLength;
  if (block[saltStart - 1] !== 1 || block.subarray(0, saltStart - 1).some((byte) => byte !== 0)) {
    return false;
  }
  const salted = concatBytes(new Uint8Array(8), dataHash, block.subarray(saltStart));
  return equalBytes(seed, digest(hash, salted));
}

/** RSAVP1 (RFC 8017 5.2.2): what was signed; false for what cannot be a signature by this key. */
function recoverMessage(
  { modulus, exponent }: RsaNumbers,
  signature: Uint8Array,
): bigint | false | undefined {
  const bits = bitLength(modulus);
  if (bits > MAX_RSA_BITS || toBigInt(exponent) > MAX_EXPONENT) return undefined;
  if (signature.length !== Math.ceil(bits / 8)) return false;
  const n = toBigInt(modulus);
  const s = toBigInt(signature);
  return s < n && modPow(s, toBigInt(exponent), n);
}

/** MGF1 (RFC 8017 B.2.1): `length` bytes that depend on all of `seed`. */
function generateMask(
  seed: Uint8Array,
  length: number,
  hash: HashName,
  digest: Digest,
): Uint8Array<ArrayBuffer> {
  const blocks: Uint8Array[] = [];
  let generated = 0;
  for (let counter = 0; generated < length; counter++) {
    const block = digest(hash, concatBytes(seed, fromHex(counter.toString(16).padStart(8, "0"))));
    blocks.push(block);
    generated += block.length;
  }
  return concatBytes(...blocks).slice(0, length);
}

/** A DER element whose content has fewer than 128 bytes. */
function element(tag: number, content: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(tag, content.length), content);
}
