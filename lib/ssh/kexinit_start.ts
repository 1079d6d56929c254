/** Recognises a KEXINIT by its first bytes, where the identification before it was not captured. */
import { parseKexInit } from "./kexinit.ts";
import { parsePacket, SSH_MESSAGE } from "./packet.ts";

/** Packet and padding length, message number, cookie, length of the first name-list. */
const START = 26;

/** The shortest padding (RFC 4253 6). */
const MIN_PADDING = 4;

/** What names are made of (RFC 4251 6): printable ASCII, and commas between them. */
const FIRST_PRINTABLE = 0x21;
const LAST_PRINTABLE = 0x7e;

/**
 * True when a packet with SSH_MSG_KEXINIT stands at the start of `bytes`: the whole packet makes sense, or
 * what there is of the first list, of which some has to be there.
 */
export function isKexInitStart(bytes: Uint8Array): boolean {
  if (bytes.length <= START || bytes[5] !== SSH_MESSAGE.kexinit || bytes[4]! < MIN_PADDING) {
    return false;
  }
  const packet = parsePacket(bytes);
  if (packet === "malformed") return false;
  if (packet !== "incomplete") return parseKexInit(packet.payload) !== undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const listLength = view.getUint32(START - 4);
  if (listLength === 0 || listLength > view.getUint32(0)) return false;
  return bytes.subarray(START, START + listLength)
    .every((byte) => byte >= FIRST_PRINTABLE && byte <= LAST_PRINTABLE);
}
