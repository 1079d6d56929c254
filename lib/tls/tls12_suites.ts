/** Cipher suites up to TLS 1.2 whose records can be opened, by what protects them. */
import {
  type Aead,
  AES_128_CCM,
  AES_128_CCM_8,
  AES_128_GCM,
  AES_256_GCM,
  CHACHA20_POLY1305,
} from "./aead.ts";
import type { HashName } from "./key_schedule.ts";

/** AES in CBC mode with an HMAC (RFC 5246 6.2.3.2). */
export interface CbcCipher {
  readonly keyLength: 16 | 32;
  readonly mac: "sha1" | HashName;
}

/** What protects the records of a suite. */
export interface Tls12Suite {
  /** Hash of the PRF in TLS 1.2 (RFC 5246 5). */
  readonly prf: HashName;
  readonly cipher: { readonly aead: Aead } | { readonly cbc: CbcCipher };
}

const suites = new Map<number, Tls12Suite>();

function add(numbers: readonly number[], prf: HashName, cipher: Tls12Suite["cipher"]): void {
  for (const number of numbers) suites.set(number, { prf, cipher });
}

/** The 16 suites from the first of RFC 5288 (RSA, DHE, DH, anonymous) and RFC 5487 (PSK) on, by turns. */
const gcm = (first: number) =>
  [0x9c, 0x9e, 0xa0, 0xa2, 0xa4, 0xa6, 0xa8, 0xaa, 0xac].map((n) => n + first);
/** RFC 5289: ECDHE and ECDH, by turns. */
const ecGcm = (first: number) => [0xc02b, 0xc02d, 0xc02f, 0xc031].map((n) => n + first);

add([...gcm(0), ...ecGcm(0)], "sha256", { aead: AES_128_GCM });
add([...gcm(1), ...ecGcm(1)], "sha384", { aead: AES_256_GCM });
// RFC 7905.
const CHACHA = [0xcca8, 0xcca9, 0xccaa, 0xccab, 0xccac, 0xccad, 0xccae];
add(CHACHA, "sha256", { aead: CHACHA20_POLY1305 });
// RFC 6655 and 7251.
add([0xc09c, 0xc09e, 0xc0a4, 0xc0a6, 0xc0ac], "sha256", { aead: AES_128_CCM });
add([0xc0a0, 0xc0a2, 0xc0a8, 0xc0aa, 0xc0ae], "sha256", { aead: AES_128_CCM_8 });

// RFC 5246 A.5 and RFC 8422 6.
const AES_128_SHA = [0x2f, 0x30, 0x31, 0x32, 0x33, 0x34, 0xc004, 0xc009, 0xc00e, 0xc013, 0xc018];
const AES_256_SHA = [0x35, 0x36, 0x37, 0x38, 0x39, 0x3a, 0xc005, 0xc00a, 0xc00f, 0xc014, 0xc019];
add(AES_128_SHA, "sha256", { cbc: { keyLength: 16, mac: "sha1" } });
add(AES_256_SHA, "sha256", { cbc: { keyLength: 32, mac: "sha1" } });
const AES_128_SHA256 = [0x3c, 0x3e, 0x3f, 0x40, 0x67, 0x6c];
const AES_256_SHA256 = [0x3d, 0x68, 0x69, 0x6a, 0x6b, 0x6d];
// RFC 5289.
const EC_128_SHA256 = [0xc023, 0xc025, 0xc027, 0xc029];
const EC_256_SHA384 = [0xc024, 0xc026, 0xc028, 0xc02a];
add([...AES_128_SHA256, ...EC_128_SHA256], "sha256", { cbc: { keyLength: 16, mac: "sha256" } });
add(AES_256_SHA256, "sha256", { cbc: { keyLength: 32, mac: "sha256" } });
add(EC_256_SHA384, "sha384", { cbc: { keyLength: 32, mac: "sha384" } });

/** The suites by their numbers (IANA "TLS Cipher Suites"). */
export const TLS12_SUITES: ReadonlyMap<number, Tls12Suite> = suites;
