/** The pseudorandom function of TLS 1.0 to 1.2. */
import { createHmac } from "node:crypto";
import { concatBytes } from "../bytes.ts";
import type { HashName } from "./key_schedule.ts";

/** `length` bytes of P_hash (RFC 5246 5). */
function expand(
  hash: HashName | "md5" | "sha1",
  secret: Uint8Array,
  seed: Uint8Array,
  length: number,
) {
  const hmac = (...parts: Uint8Array[]) => {
    const mac = createHmac(hash, secret);
    for (const part of parts) mac.update(part);
    return new Uint8Array(mac.digest());
  };
  let chained = seed;
  let output = new Uint8Array(0);
  while (output.length < length) {
    chained = hmac(chained);
    output = concatBytes(output, hmac(chained, seed));
  }
  return output.subarray(0, length);
}

/**
 * PRF(secret, label, seed), `length` bytes.
 *
 * @param hash of the suite in TLS 1.2; undefined for the pair of MD5 and SHA-1 of TLS 1.0 and 1.1 (RFC 4346 5)
 */
export function prf(
  hash: HashName | undefined,
  secret: Uint8Array,
  label: string,
  seed: Uint8Array,
  length: number,
): Uint8Array {
  const named = concatBytes(new TextEncoder().encode(label), seed);
  if (hash !== undefined) return expand(hash, secret, named, length);
  // Both halves share the middle byte of an odd number.
  const half = Math.ceil(secret.length / 2);
  const first = expand("md5", secret.subarray(0, half), named, length);
  const second = expand("sha1", secret.subarray(secret.length - half), named, length);
  return first.map((byte, index) => byte ^ second[index]!);
}
