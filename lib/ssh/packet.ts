/** Unencrypted SSH binary packets (RFC 4253 6), as they are up to the end of the key exchange. */

/** Message numbers (RFC 4253 12). */
export const SSH_MESSAGE = {
  disconnect: 1,
  ignore: 2,
  unimplemented: 3,
  debug: 4,
  kexinit: 20,
} as const;

/** A whole packet at the start of the bytes. */
export interface Packet {
  /** First byte is the message number; never empty. */
  readonly payload: Uint8Array;
  /** Bytes of the packet, length field and padding included. */
  readonly length: number;
}

/** RFC 4253 6.1 asks for 35,000 bytes at the least; no KEXINIT is near that. */
const MAX_PACKET = 35_000;

/** The packet at the start of `bytes`; `incomplete` or `malformed` when there is none. */
export function parsePacket(bytes: Uint8Array): Packet | "incomplete" | "malformed" {
  if (bytes.length < 5) return "incomplete";
  const packetLength = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  const paddingLength = bytes[4]!;
  const payloadLength = packetLength - paddingLength - 1;
  if (packetLength > MAX_PACKET || payloadLength < 1) return "malformed";
  if (bytes.length < 4 + packetLength) return "incomplete";
  return { payload: bytes.subarray(5, 5 + payloadLength), length: 4 + packetLength };
}
