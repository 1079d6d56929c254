/** Takes the protection off TLS 1.3 records (RFC 8446 5.2). */
import {
  type Aead,
  AES_128_CCM,
  AES_128_CCM_8,
  AES_128_GCM,
  AES_256_GCM,
  CHACHA20_POLY1305,
} from "./aead.ts";
import type { HashName, TrafficKeys } from "./key_schedule.ts";
import { recordHeader, type TlsRecord } from "./record.ts";

/** What a TLS 1.3 cipher suite consists of. */
export interface Tls13Suite {
  readonly aead: Aead;
  readonly hash: HashName;
}

/** The suites of RFC 8446 B.4 by number. */
export const TLS13_SUITES: ReadonlyMap<number, Tls13Suite> = new Map<number, Tls13Suite>([
  [0x1301, { aead: AES_128_GCM, hash: "sha256" }],
  [0x1302, { aead: AES_256_GCM, hash: "sha384" }],
  [0x1303, { aead: CHACHA20_POLY1305, hash: "sha256" }],
  [0x1304, { aead: AES_128_CCM, hash: "sha256" }],
  [0x1305, { aead: AES_128_CCM_8, hash: "sha256" }],
]);

/** TLSInnerPlaintext without its padding. */
export interface InnerPlaintext {
  /** Content type that the outer record hides. */
  readonly type: number;
  readonly content: Uint8Array;
}

/** The nonce of a record: its sequence number, XORed in big-endian (RFC 8446 5.3, RFC 7905 2). */
export function nonceOf(iv: Uint8Array, sequence: number): Uint8Array {
  const nonce = iv.slice();
  for (let index = nonce.length - 1, rest = sequence; rest > 0; index--) {
    nonce[index]! ^= rest & 0xff;
    rest = Math.floor(rest / 256);
  }
  return nonce;
}

/** Opens the records of one sender in the order in which they were sent. */
export class RecordOpener {
  readonly #aead: Aead;
  readonly #keys: TrafficKeys;
  #sequence = 0;

  constructor(aead: Aead, keys: TrafficKeys) {
    this.#aead = aead;
    this.#keys = keys;
  }

  /** Opens the next application_data record; undefined when it is not authentic or all padding. */
  open(record: TlsRecord): InnerPlaintext | undefined {
    const nonce = nonceOf(this.#keys.iv, this.#sequence++);
    const plain = this.#aead.open(this.#keys.key, nonce, record.payload, recordHeader(record));
    if (plain === undefined) return undefined;
    const last = plain.findLastIndex((byte) => byte !== 0);
    return last < 0 ? undefined : { type: plain[last]!, content: plain.subarray(0, last) };
  }
}
