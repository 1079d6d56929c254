/** Keys of Initial packets (RFC 9001 5.2, RFC 9369 3.3): everyone who sees the packets has them. */
import { ByteWriter, fromHex } from "../bytes.ts";
import { sha256Hex } from "../hash.ts";
import type { InitialStyle } from "./version.ts";

/** Keys that protect what one side sends. */
export interface PacketKeys {
  /** For AEAD_AES_128_GCM. */
  readonly key: Uint8Array;
  readonly iv: Uint8Array;
  /** Header protection, for AES-128-ECB. */
  readonly hp: Uint8Array;
}

const HASH_LENGTH = 32;
const KEY_LENGTH = 16;
const IV_LENGTH = 12;

/** Block length of SHA-256, for HMAC (RFC 2104). */
const BLOCK_LENGTH = 64;

/** Counter of the only block of HKDF-Expand that a result of up to 32 bytes needs (RFC 5869 2.3). */
const FIRST_BLOCK = 1;

const CLIENT_INFO = labelInfo("client in", HASH_LENGTH);
const SERVER_INFO = labelInfo("server in", HASH_LENGTH);

const KEY_INFOS = { quic: keyInfos("quic"), quicv2: keyInfos("quicv2") } as const;

/** The key's block and the message, of which there is room for a connection ID or an info. */
const innerData = new Uint8Array(BLOCK_LENGTH + 256);
/** The key's block and the inner hash. */
const outerData = new Uint8Array(BLOCK_LENGTH + HASH_LENGTH);
const innerHash = outerData.subarray(BLOCK_LENGTH);

/**
 * The secret that the keys of both sides come from: HKDF-Extract (RFC 5869 2.2).
 *
 * @param salt one of the version's salts
 * @param connectionId destination connection ID of the client's first Initial packet, or the one
 * that a Retry gave it; up to 255 bytes
 */
export function initialSecret(salt: Uint8Array, connectionId: Uint8Array): Uint8Array {
  return hmac(salt, connectionId);
}

/** Keys of one side's Initial packets, from the initial secret of its version. */
export function initialKeys(
  secret: Uint8Array,
  labelPrefix: InitialStyle["labelPrefix"],
  side: "client" | "server",
): PacketKeys {
  const sideSecret = hmac(secret, side === "client" ? CLIENT_INFO : SERVER_INFO);
  const { key, iv, hp } = KEY_INFOS[labelPrefix];
  return {
    key: hmac(sideSecret, key).subarray(0, KEY_LENGTH),
    iv: hmac(sideSecret, iv).subarray(0, IV_LENGTH),
    hp: hmac(sideSecret, hp).subarray(0, KEY_LENGTH),
  };
}

/** HkdfLabel (RFC 8446 7.1) with an empty context, and the counter of HKDF-Expand. */
function labelInfo(label: string, length: number): Uint8Array {
  return new ByteWriter()
    .u16(length)
    .vector(1, (field) => field.bytes(new TextEncoder().encode(`tls13 ${label}`)))
    .u8(0)
    .u8(FIRST_BLOCK)
    .finish();
}

function keyInfos(prefix: string): Record<keyof PacketKeys, Uint8Array> {
  return {
    key: labelInfo(`${prefix} key`, KEY_LENGTH),
    iv: labelInfo(`${prefix} iv`, IV_LENGTH),
    hp: labelInfo(`${prefix} hp`, KEY_LENGTH),
  };
}

/**
 * HMAC with SHA-256 (RFC 2104) of short data under a short key. Two hashes in hexadecimal take a
 * fifth of the time of the runtime's own HMAC, and five of these are most of the work of a packet.
 */
function hmac(key: Uint8Array, data: Uint8Array): Uint8Array<ArrayBuffer> {
  for (let index = 0; index < BLOCK_LENGTH; index++) {
    const byte = index < key.length ? key[index]! : 0;
    innerData[index] = byte ^ 0x36;
    outerData[index] = byte ^ 0x5c;
  }
  innerData.set(data, BLOCK_LENGTH);
  innerHash.setFromHex(sha256Hex(innerData.subarray(0, BLOCK_LENGTH + data.length)));
  return fromHex(sha256Hex(outerData));
}
