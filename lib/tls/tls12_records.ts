/** Takes the protection off records up to TLS 1.2 (RFC 5246 6.2.3). */
import { createDecipheriv, createHmac } from "node:crypto";
import { concatBytes, equalBytes } from "../bytes.ts";
import type { Aead } from "./aead.ts";
import { VERSION } from "./constants.ts";
import { prf } from "./prf.ts";
import type { TlsRecord } from "./record.ts";
import { type InnerPlaintext, nonceOf } from "./record_protection.ts";
import { type CbcCipher, TLS12_SUITES } from "./tls12_suites.ts";

/** What both hellos of a connection have settled. */
export interface Tls12Session {
  readonly version: number;
  readonly cipherSuite: number;
  readonly clientRandom: Uint8Array;
  readonly serverRandom: Uint8Array;
  /** RFC 7366: the MAC is over what is encrypted. */
  readonly encryptThenMac: boolean;
  readonly master: Uint8Array;
}

/** Opens the records of one sender in the order in which they were sent. */
export interface RecordDecipher {
  /** The next record; undefined when it is not authentic. */
  open(record: TlsRecord): InnerPlaintext | undefined;
}

const BLOCK_LENGTH = 16;

/** The part of a nonce that stands before the record, and of one that both sides reckon (RFC 5288 3). */
const EXPLICIT_NONCE_LENGTH = 8;
const SALT_LENGTH = 4;
/** RFC 7905 2. */
const CHACHA_IV_LENGTH = 12;

const MAC_LENGTHS = { sha1: 20, sha256: 32, sha384: 48 } as const;

/** Keys of one sender. */
interface Keys {
  readonly mac: Uint8Array;
  readonly key: Uint8Array;
  readonly iv: Uint8Array;
}

/** Opens what the client (or the server) sends; undefined for suites and versions that are not known here. */
export function tls12Decipher(
  session: Tls12Session,
  fromClient: boolean,
): RecordDecipher | undefined {
  const { version, cipherSuite } = session;
  const suite = TLS12_SUITES.get(cipherSuite);
  if (suite === undefined || version < VERSION.tls10 || version > VERSION.tls12) return undefined;
  const { cipher } = suite;
  if ("aead" in cipher) {
    if (version !== VERSION.tls12) return undefined;
    const { aead } = cipher;
    const ivLength = isChaCha(cipherSuite) ? CHACHA_IV_LENGTH : SALT_LENGTH;
    const keys = keysOf(session, fromClient, suite.prf, 0, aead.keyLength, ivLength);
    return new AeadRecords(aead, keys);
  }
  const { cbc } = cipher;
  const hash = version === VERSION.tls12 ? suite.prf : undefined;
  const ivLength = version === VERSION.tls10 ? BLOCK_LENGTH : 0;
  const keys = keysOf(session, fromClient, hash, MAC_LENGTHS[cbc.mac], cbc.keyLength, ivLength);
  return new CbcRecords(cbc, keys, session.encryptThenMac);
}

/** RFC 7905 gave them numbers of their own. */
function isChaCha(cipherSuite: number): boolean {
  return cipherSuite >> 8 === 0xcc;
}

/** Cuts the key block (RFC 5246 6.3): MAC keys, keys and IVs, each the client's first. */
function keysOf(
  { master, clientRandom, serverRandom }: Tls12Session,
  fromClient: boolean,
  hash: Parameters<typeof prf>[0],
  macLength: number,
  keyLength: number,
  ivLength: number,
): Keys {
  const seed = concatBytes(serverRandom, clientRandom);
  const block = prf(hash, master, "key expansion", seed, 2 * (macLength + keyLength + ivLength));
  let offset = 0;
  const next = (length: number) => {
    const start = offset + (fromClient ? 0 : length);
    offset += 2 * length;
    return block.subarray(start, start + length);
  };
  return { mac: next(macLength), key: next(keyLength), iv: next(ivLength) };
}

/** Sequence number, type, version, length: what is authenticated besides the content. */
function authenticated(sequence: number, { type, version }: TlsRecord, length: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(13));
  view.setBigUint64(0, BigInt(sequence));
  view.setUint8(8, type);
  view.setUint16(9, version);
  view.setUint16(11, length);
  return new Uint8Array(view.buffer);
}

class AeadRecords implements RecordDecipher {
  readonly #aead: Aead;
  readonly #keys: Keys;
  #sequence = 0;

  constructor(aead: Aead, keys: Keys) {
    this.#aead = aead;
    this.#keys = keys;
  }

  open(record: TlsRecord): InnerPlaintext | undefined {
    const { key, iv } = this.#keys;
    const sequence = this.#sequence++;
    const isExplicit = iv.length === SALT_LENGTH;
    const sealed = isExplicit ? record.payload.subarray(EXPLICIT_NONCE_LENGTH) : record.payload;
    const length = sealed.length - this.#aead.tagLength;
    if (length < 0) return undefined;
    const additional = authenticated(sequence, record, length);
    const nonce = isExplicit
      ? concatBytes(iv, record.payload.subarray(0, EXPLICIT_NONCE_LENGTH))
      : nonceOf(iv, sequence);
    const content = this.#aead.open(key, nonce, sealed, additional);
    return content === undefined ? undefined : { type: record.type, content };
  }
}

class CbcRecords implements RecordDecipher {
  readonly #cipher: CbcCipher;
  readonly #keys: Keys;
  readonly #encryptThenMac: boolean;
  readonly #macLength: number;
  /** In TLS 1.0, the last block of the record before. */
  #chained: Uint8Array;
  #sequence = 0;

  constructor(cipher: CbcCipher, keys: Keys, encryptThenMac: boolean) {
    this.#cipher = cipher;
    this.#keys = keys;
    this.#encryptThenMac = encryptThenMac;
    this.#macLength = MAC_LENGTHS[cipher.mac];
    this.#chained = keys.iv;
  }

  open(record: TlsRecord): InnerPlaintext | undefined {
    const sequence = this.#sequence++;
    const macLength = this.#macLength;
    let sealed = record.payload;
    if (this.#encryptThenMac) {
      const end = sealed.length - macLength;
      if (end < 0) return undefined;
      const mac = sealed.subarray(end);
      sealed = sealed.subarray(0, end);
      if (!this.#isAuthentic(authenticated(sequence, record, end), sealed, mac)) return undefined;
    }
    const plain = this.#decrypt(sealed);
    if (plain === undefined) return undefined;
    if (this.#encryptThenMac) return { type: record.type, content: plain };
    const end = plain.length - macLength;
    if (end < 0) return undefined;
    const content = plain.subarray(0, end);
    const additional = authenticated(sequence, record, end);
    return this.#isAuthentic(additional, content, plain.subarray(end))
      ? { type: record.type, content }
      : undefined;
  }

  /** What stands before the padding, whose length is in each of its bytes. */
  #decrypt(sealed: Uint8Array): Uint8Array | undefined {
    const isChained = this.#chained.length > 0;
    const iv = isChained ? this.#chained : sealed.subarray(0, BLOCK_LENGTH);
    const blocks = isChained ? sealed : sealed.subarray(BLOCK_LENGTH);
    if (blocks.length === 0 || blocks.length % BLOCK_LENGTH !== 0) return undefined;
    if (isChained) this.#chained = blocks.slice(-BLOCK_LENGTH);
    const name = this.#cipher.keyLength === 16 ? "aes-128-cbc" : "aes-256-cbc";
    const decipher = createDecipheriv(name, this.#keys.key, iv).setAutoPadding(false);
    const plain = concatBytes(decipher.update(blocks), decipher.final());
    const end = plain.length - 1 - plain.at(-1)!;
    return end < 0 ? undefined : plain.subarray(0, end);
  }

  #isAuthentic(additional: Uint8Array, content: Uint8Array, mac: Uint8Array): boolean {
    const hmac = createHmac(this.#cipher.mac, this.#keys.mac).update(additional).update(content);
    return equalBytes(new Uint8Array(hmac.digest()), mac);
  }
}
