/** The key schedule of TLS 1.3 (RFC 8446 7.1), as far as the handshake traffic keys. */
import { createHash, createHmac } from "node:crypto";
import { ByteWriter, concatBytes } from "../bytes.ts";
import { HANDSHAKE_TYPE } from "./constants.ts";

/** Hash of a TLS 1.3 cipher suite, by its name in node:crypto. */
export type HashName = "sha256" | "sha384";

const NOTHING = new Uint8Array(0);

/** Hash of all `messages` one after the other. */
export function transcriptHash(hash: HashName, messages: readonly Uint8Array[]): Uint8Array {
  const hasher = createHash(hash);
  for (const message of messages) hasher.update(message);
  return new Uint8Array(hasher.digest());
}

/**
 * What stands in the transcript for the first ClientHello after a HelloRetryRequest: a message of
 * type message_hash around its hash (RFC 8446 4.4.1).
 */
export function messageHash(hash: HashName, clientHello: Uint8Array): Uint8Array {
  return new ByteWriter()
    .u8(HANDSHAKE_TYPE.messageHash)
    .vector(3, (body) => body.bytes(transcriptHash(hash, [clientHello])))
    .finish();
}

/** HKDF-Extract (RFC 5869 2.2). */
export function hkdfExtract(hash: HashName, salt: Uint8Array, secret: Uint8Array): Uint8Array {
  return new Uint8Array(createHmac(hash, salt).update(secret).digest());
}

/** HKDF-Expand-Label (RFC 8446 7.1), `length` bytes; `label` without the "tls13 ". */
export function expandLabel(
  hash: HashName,
  secret: Uint8Array,
  label: string,
  context: Uint8Array,
  length: number,
): Uint8Array {
  const info = new ByteWriter()
    .u16(length)
    .vector(1, (field) => field.bytes(new TextEncoder().encode(`tls13 ${label}`)))
    .vector(1, (field) => field.bytes(context))
    .finish();
  let block: Uint8Array = NOTHING;
  let output: Uint8Array = NOTHING;
  for (let counter = 1; output.length < length; counter++) {
    const hmac = createHmac(hash, secret).update(block).update(info);
    block = new Uint8Array(hmac.update(Uint8Array.of(counter)).digest());
    output = concatBytes(output, block);
  }
  return output.subarray(0, length);
}

/**
 * The secret that the server's handshake messages are protected under, with no pre-shared key.
 *
 * @param sharedSecret What the key exchange gave.
 * @param helloHash Transcript hash from the first ClientHello to the ServerHello.
 */
export function serverHandshakeSecret(
  hash: HashName,
  sharedSecret: Uint8Array,
  helloHash: Uint8Array,
): Uint8Array {
  const zeros = new Uint8Array(helloHash.length);
  const early = hkdfExtract(hash, zeros, zeros);
  const derived = expandLabel(
    hash,
    early,
    "derived",
    transcriptHash(hash, []),
    zeros.length,
  );
  const handshake = hkdfExtract(hash, derived, sharedSecret);
  return expandLabel(hash, handshake, "s hs traffic", helloHash, zeros.length);
}

/** Key and nonce base of record protection. */
export interface TrafficKeys {
  readonly key: Uint8Array;
  readonly iv: Uint8Array;
}

/** Nonces of every AEAD of TLS 1.3 are this long (RFC 8446 5.3). */
const IV_LENGTH = 12;

/** Keys of a traffic secret (RFC 8446 7.3). */
export function trafficKeys(hash: HashName, secret: Uint8Array, keyLength: number): TrafficKeys {
  return {
    key: expandLabel(hash, secret, "key", NOTHING, keyLength),
    iv: expandLabel(hash, secret, "iv", NOTHING, IV_LENGTH),
  };
}
