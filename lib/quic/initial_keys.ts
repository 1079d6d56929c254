/** Keys of Initial packets (RFC 9001 5.2, RFC 9369 3.3): everyone who sees the packets has them. */
import { ByteWriter } from "../bytes.ts";
import { HmacSha256 } from "./hmac.ts";
import type { InitialStyle } from "./version.ts";

/** Keys that protect what one side sends. */
export interface PacketKeys {
  /** For AEAD_AES_128_GCM. */
  readonly key: Uint8Array;
  readonly iv: Uint8Array;
  /** Header protection, for AES-128-ECB. */
  readonly hp: Uint8Array;
}

const SECRET_LENGTH = 32;
const KEY_LENGTH = 16;
const IV_LENGTH = 12;

/** Counter of the only block of HKDF-Expand that a result of up to 32 bytes needs (RFC 5869 2.3). */
const FIRST_BLOCK = 1;

const CLIENT_INFO = labelInfo("client in", SECRET_LENGTH);
const SERVER_INFO = labelInfo("server in", SECRET_LENGTH);

const hmac = new HmacSha256();
const sideSecret = new Uint8Array(SECRET_LENGTH);

const KEY_INFOS = { quic: keyInfos("quic"), quicv2: keyInfos("quicv2") } as const;

/**
 * The secret that the keys of both sides come from: HKDF-Extract (RFC 5869 2.2).
 *
 * @param salt one of the version's salts
 * @param connectionId destination connection ID of the client's first Initial packet, or the one
 * that a Retry gave it, 20 bytes at most
 */
export function initialSecret(salt: Uint8Array, connectionId: Uint8Array): Uint8Array {
  const secret = new Uint8Array(SECRET_LENGTH);
  hmac.setKey(salt).sign(connectionId, secret);
  return secret;
}

/** Keys of one side's Initial packets, from the initial secret of its version. */
export function initialKeys(
  secret: Uint8Array,
  labelPrefix: InitialStyle["labelPrefix"],
  side: "client" | "server",
): PacketKeys {
  const infos = KEY_INFOS[labelPrefix];
  const keys = {
    key: new Uint8Array(KEY_LENGTH),
    iv: new Uint8Array(IV_LENGTH),
    hp: new Uint8Array(KEY_LENGTH),
  };
  hmac.setKey(secret).sign(side === "client" ? CLIENT_INFO : SERVER_INFO, sideSecret);
  hmac.setKey(sideSecret);
  hmac.sign(infos.key, keys.key);
  hmac.sign(infos.iv, keys.iv);
  hmac.sign(infos.hp, keys.hp);
  return keys;
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
