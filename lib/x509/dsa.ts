/** DSA verification (FIPS 186-4 section 4.7), in bounds that node:crypto does not promise. */
import { bitLength, leftmostBits, mod, modInverse, modPow, toBigInt } from "./big_integer.ts";
import type { DsaParameters } from "./public_key.ts";

/** FIPS 186-4 4.2 ends at 3072 and 256 bits; the work grows with the square of p times q. */
const MAX_P_BITS = 4096;
const MAX_Q_BITS = 512;

/**
 * True when (r, s) is the signature of `digest` by the key `y`. Undefined when the numbers are
 * larger than any in use or do not make a group.
 */
export function verifyDsa(
  parameters: DsaParameters,
  y: Uint8Array,
  digest: Uint8Array,
  { r, s }: { readonly r: bigint; readonly s: bigint },
): boolean | undefined {
  if (bitLength(parameters.p) > MAX_P_BITS || bitLength(parameters.q) > MAX_Q_BITS) {
    return undefined;
  }
  const p = toBigInt(parameters.p);
  const q = toBigInt(parameters.q);
  if (p === 0n || q === 0n) return undefined;
  if (r <= 0n || r >= q || s <= 0n || s >= q) return false;
  const inverse = modInverse(s, q);
  if (inverse === undefined) return undefined;
  const u = mod(leftmostBits(digest, q) * inverse, q);
  const v = mod(r * inverse, q);
  const power = modPow(toBigInt(parameters.g) % p, u, p) * modPow(toBigInt(y) % p, v, p) % p;
  return power % q === r;
}
