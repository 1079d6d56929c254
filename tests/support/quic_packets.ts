/** Makes QUIC packets as clients and servers do. */
import { createCipheriv } from "node:crypto";
import { ByteWriter, concatBytes } from "../../lib/bytes.ts";
import { initialKeys, initialSecret, type PacketKeys } from "../../lib/quic/initial_keys.ts";
import { initialStyle } from "../../lib/quic/version.ts";

/** QUIC version 1 (RFC 9000). */
export const QUIC_V1 = 0x00000001;
/** QUIC version 2 (RFC 9369). */
export const QUIC_V2 = 0x6b3343cf;

/** Everything in an Initial packet. */
export interface InitialDescription {
  readonly version?: number;
  readonly side?: "client" | "server";
  /** What the keys are derived from. */
  readonly connectionId: Uint8Array;
  /** Destination connection ID of the packet; that of the keys if it is left out. */
  readonly destination?: Uint8Array;
  readonly source?: Uint8Array;
  readonly token?: Uint8Array;
  readonly number?: number;
  readonly numberLength?: 1 | 2 | 3 | 4;
  readonly frames: Uint8Array;
  /** Which of the version's salts. */
  readonly salt?: number;
}

/** An Initial packet with its protection on. */
export function sealInitial(description: InitialDescription): Uint8Array<ArrayBuffer> {
  const { version = QUIC_V1, side = "client", connectionId, salt = 0 } = description;
  const style = initialStyle(version)!;
  const secret = initialSecret(style.salts[salt]!, connectionId);
  const keys = initialKeys(secret, style.labelPrefix, side);
  return sealWith(keys, style.initialType, { ...description, version });
}

/** A packet of `version` with a long header that is no Initial, for its length only. */
export function otherPacket(version: number, type: number, length: number): Uint8Array {
  return new ByteWriter()
    .u8(0xc0 | type << 4).uint(4, version)
    .u8(8).bytes(new Uint8Array(8)).u8(0)
    .u16(0x4000 | length).bytes(new Uint8Array(length).fill(0x5a))
    .finish();
}

/** A variable-length integer (RFC 9000 16) below 2^30 in its shortest form, or in `size` bytes. */
export function varint(value: number, size?: 1 | 2 | 4 | 8): Uint8Array {
  const bytes = size ?? (value < 64 ? 1 : value < 2 ** 14 ? 2 : 4);
  const writer = new ByteWriter();
  if (bytes === 8) return writer.uint(4, 0xc0000000).uint(4, value).finish();
  return writer.uint(bytes, value + { 1: 0, 2: 0x4000, 4: 0x80000000 }[bytes]).finish();
}

/** A CRYPTO frame. */
export function cryptoFrame(offset: number, data: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(6), varint(offset), varint(data.length), data);
}

/** The same with keys of the caller's, and its long packet type for Initial. */
export function sealWith(
  keys: PacketKeys,
  type: number,
  description: InitialDescription & { readonly version: number },
): Uint8Array<ArrayBuffer> {
  const { version, connectionId, frames, number = 0, numberLength = 2 } = description;
  const { destination = connectionId, source = new Uint8Array(0) } = description;
  const token = description.token ?? new Uint8Array(0);
  const header = new ByteWriter()
    .u8(0xc0 | type << 4 | numberLength - 1).uint(4, version)
    .vector(1, (field) => field.bytes(destination))
    .vector(1, (field) => field.bytes(source))
    .bytes(varint(token.length)).bytes(token)
    .bytes(varint(numberLength + frames.length + 16, 2))
    .uint(numberLength, number)
    .finish();
  const nonce = keys.iv.slice();
  for (let index = 0; index < 4; index++) nonce[11 - index]! ^= number >>> 8 * index & 0xff;
  const cipher = createCipheriv("aes-128-gcm", keys.key, nonce);
  cipher.setAAD(header);
  const packet = concatBytes(header, cipher.update(frames), cipher.final(), cipher.getAuthTag());
  const numberOffset = header.length - numberLength;
  const mask = createCipheriv("aes-128-ecb", keys.hp, null)
    .update(packet.subarray(numberOffset + 4, numberOffset + 20));
  packet[0]! ^= mask[0]! & 0x0f;
  for (let index = 0; index < numberLength; index++) {
    packet[numberOffset + index]! ^= mask[1 + index]!;
  }
  return packet;
}
