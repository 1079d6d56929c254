/** Modular arithmetic on BigInt. For public data only: its time depends on the values. */
import { fromHex, toHex } from "../bytes.ts";

/** Unsigned big-endian integer of `bytes`; 0 for none. */
export function toBigInt(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${toHex(bytes)}`);
}

/** Big-endian bytes of `value`, exactly `length` of them; undefined when they do not suffice. */
export function toBytes(value: bigint, length: number): Uint8Array<ArrayBuffer> | undefined {
  const hex = value.toString(16).padStart(2 * length, "0");
  return hex.length === 2 * length ? fromHex(hex) : undefined;
}

/** Bits of the unsigned big-endian integer in `bytes`, leading zeros not counted. */
export function bitLength(bytes: Uint8Array): number {
  const first = bytes.findIndex((byte) => byte !== 0);
  if (first < 0) return 0;
  return (bytes.length - first) * 8 - (Math.clz32(bytes[first]!) - 24);
}

/** The leftmost bits of `bytes` as a number, as many as `order` has: a digest in DSA and ECDSA. */
export function leftmostBits(bytes: Uint8Array, order: bigint): bigint {
  const excess = bytes.length * 8 - order.toString(2).length;
  const value = toBigInt(bytes);
  return excess > 0 ? value >> BigInt(excess) : value;
}

/** `value` modulo `modulus`, never negative. The modulus must be positive. */
export function mod(value: bigint, modulus: bigint): bigint {
  const rest = value % modulus;
  return rest < 0n ? rest + modulus : rest;
}

/** `base` to the power of `exponent` (not negative) modulo `modulus` (positive). */
export function modPow(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n % modulus;
  for (const bit of exponent.toString(2)) {
    result = result * result % modulus;
    if (bit === "1") result = result * base % modulus;
  }
  return result;
}

/** What times `value` is 1 modulo `modulus` (positive); undefined when the two share a factor. */
export function modInverse(value: bigint, modulus: bigint): bigint | undefined {
  let [high, low] = [modulus, mod(value, modulus)];
  let [previous, current] = [0n, 1n];
  while (low !== 0n) {
    const quotient = high / low;
    [high, low] = [low, high - quotient * low];
    [previous, current] = [current, previous - quotient * current];
  }
  return high === 1n ? mod(previous, modulus) : undefined;
}
