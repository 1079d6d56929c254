/** Opening of AEAD ciphertexts, including CCM, which the runtime's node:crypto does not have. */
import { createCipheriv, createDecipheriv } from "node:crypto";
import { concatBytes } from "../bytes.ts";

/** An AEAD of TLS 1.3. */
export interface Aead {
  readonly keyLength: number;
  readonly tagLength: number;
  /** Plaintext of `sealed` (ciphertext, then tag); undefined when the tag does not fit. */
  open(
    key: Uint8Array,
    nonce: Uint8Array,
    sealed: Uint8Array,
    additional: Uint8Array,
  ): Uint8Array | undefined;
}

const BLOCK_LENGTH = 16;
/** Bytes of CCM's length field with a nonce of 12 bytes (RFC 5116 5.3, RFC 3610 2). */
const CCM_LENGTH_SIZE = 3;

/** AEAD_AES_128_GCM (RFC 5116 5.1). */
export const AES_128_GCM: Aead = native("aes-128-gcm", 16);
/** AEAD_AES_256_GCM (RFC 5116 5.2). */
export const AES_256_GCM: Aead = native("aes-256-gcm", 32);
/** AEAD_CHACHA20_POLY1305 (RFC 8439 2.8). */
export const CHACHA20_POLY1305: Aead = native("chacha20-poly1305", 32);
/** AEAD_AES_128_CCM (RFC 5116 5.3). */
export const AES_128_CCM: Aead = ccm(16);
/** AEAD_AES_128_CCM_8 (RFC 6655 6.1). */
export const AES_128_CCM_8: Aead = ccm(8);

function native(
  algorithm: "aes-128-gcm" | "aes-256-gcm" | "chacha20-poly1305",
  keyLength: number,
): Aead {
  const tagLength = 16;
  return {
    keyLength,
    tagLength,
    open(key, nonce, sealed, additional) {
      const end = sealed.length - tagLength;
      if (end < 0) return undefined;
      // The overloads tell the algorithms apart, but their calls are the same.
      const decipher = createDecipheriv(algorithm as "aes-128-gcm", key, nonce, {
        authTagLength: tagLength,
      });
      decipher.setAAD(additional).setAuthTag(sealed.subarray(end));
      try {
        return concatBytes(decipher.update(sealed.subarray(0, end)), decipher.final());
      } catch {
        return undefined;
      }
    },
  };
}

function ccm(tagLength: 8 | 16): Aead {
  return {
    keyLength: 16,
    tagLength,
    open(key, nonce, sealed, additional) {
      const end = sealed.length - tagLength;
      if (end < 0) return undefined;
      // RFC 3610 2.3: the key stream's first block hides the tag, the following ones the message.
      const cipher = createDecipheriv("aes-128-ctr", key, ccmBlock(CCM_LENGTH_SIZE - 1, nonce, 0));
      const tag = cipher.update(concatBytes(sealed.subarray(end), new Uint8Array(16 - tagLength)));
      const plain = new Uint8Array(cipher.update(sealed.subarray(0, end)));
      const expected = ccmTag(key, nonce, plain, additional, tagLength);
      return expected.every((byte, index) => byte === tag[index]) ? plain : undefined;
    },
  };
}

/** The first `tagLength` bytes of the CBC-MAC of RFC 3610 2.2. */
function ccmTag(
  key: Uint8Array,
  nonce: Uint8Array,
  plain: Uint8Array,
  additional: Uint8Array,
  tagLength: number,
): Uint8Array {
  const flags = (additional.length > 0 ? 0x40 : 0) | ((tagLength - 2) / 2 << 3) |
    (CCM_LENGTH_SIZE - 1);
  const size = Uint8Array.of(additional.length >> 8, additional.length & 0xff);
  const blocks = concatBytes(
    ccmBlock(flags, nonce, plain.length),
    additional.length > 0 ? padded(concatBytes(size, additional)) : additional,
    padded(plain),
  );
  const mac = createCipheriv("aes-128-cbc", key, new Uint8Array(BLOCK_LENGTH));
  const chained = mac.update(blocks);
  return new Uint8Array(chained.subarray(chained.length - BLOCK_LENGTH)).subarray(0, tagLength);
}

/** Flags, nonce, and a counter or length in three bytes: B_0 and the A_i of RFC 3610. */
function ccmBlock(flags: number, nonce: Uint8Array, value: number): Uint8Array {
  return concatBytes(
    Uint8Array.of(flags),
    nonce,
    Uint8Array.of(value >> 16, value >> 8 & 0xff, value & 0xff),
  );
}

function padded(bytes: Uint8Array): Uint8Array {
  const whole = new Uint8Array(Math.ceil(bytes.length / BLOCK_LENGTH) * BLOCK_LENGTH);
  whole.set(bytes);
  return whole;
}
