/** Takes the protection off Initial packets (RFC 9001 5.3, 5.4). */
import { createDecipheriv } from "node:crypto";
import { encryptBlock } from "./aes_block.ts";
import type { PacketKeys } from "./initial_keys.ts";
import type { LongHeader } from "./long_header.ts";

const SAMPLE_LENGTH = 16;
const TAG_LENGTH = 16;

/** RFC 9001 5.4.2: the sample lies where it would if the packet number had four bytes. */
const SAMPLE_OFFSET = 4;

/** Bits of the first byte that header protection hides in a long header. */
const PROTECTED_BITS = 0x0f;

const mask = new Uint8Array(16);
const nonce = new Uint8Array(12);

/**
 * Frames of an Initial packet; undefined when it is not protected with these keys. The packet
 * itself stays as it is.
 */
export function openInitial(
  bytes: Uint8Array,
  header: LongHeader,
  keys: PacketKeys,
): Uint8Array | undefined {
  const { start, numberOffset, end } = header;
  const sampleStart = numberOffset + SAMPLE_OFFSET;
  if (sampleStart + SAMPLE_LENGTH > end) return undefined;
  encryptBlock(keys.hp, bytes, sampleStart, mask);
  const first = bytes[start]! ^ (mask[0]! & PROTECTED_BITS);
  const numberLength = (first & 3) + 1;
  const additional = bytes.slice(start, numberOffset + numberLength);
  additional[0] = first;
  // The packet number stays truncated: Initial packets never come to numbers where it matters.
  nonce.set(keys.iv);
  for (let index = 0; index < numberLength; index++) {
    additional[numberOffset - start + index]! ^= mask[1 + index]!;
    nonce[nonce.length - numberLength + index]! ^= additional[numberOffset - start + index]!;
  }
  const tagOffset = end - TAG_LENGTH;
  const decipher = createDecipheriv("aes-128-gcm", keys.key, nonce, { authTagLength: TAG_LENGTH });
  decipher.setAAD(additional).setAuthTag(bytes.subarray(tagOffset, end));
  const frames = decipher.update(bytes.subarray(numberOffset + numberLength, tagOffset));
  try {
    // Everything is there after update(); this checks the tag.
    decipher.final();
  } catch {
    return undefined;
  }
  return frames;
}
