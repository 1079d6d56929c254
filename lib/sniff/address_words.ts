/** Addresses as four 32-bit words, the form in which tables compare them. */
import { formatAddress } from "../net/address.ts";

/** Words of an address. */
export const ADDRESS_WORDS = 4;

/** The third word of an IPv4 address: RFC 4291 2.5.5.2, the mapped form. */
const MAPPED = 0xffff;

/**
 * Writes the address of `length` (4 or 16) bytes at `offset` as four words from `at` on. IPv4 addresses
 * become IPv4-mapped ones.
 */
export function putAddress(
  words: Int32Array,
  at: number,
  bytes: Uint8Array,
  offset: number,
  length: number,
): void {
  if (length === 4) {
    words[at] = words[at + 1] = 0;
    words[at + 2] = MAPPED;
    words[at + 3] = word(bytes, offset);
    return;
  }
  for (let index = 0; index < ADDRESS_WORDS; index++) {
    words[at + index] = word(bytes, offset + 4 * index);
  }
}

/** Text of the address in the four words from `at` on. */
export function addressText(words: Int32Array, at = 0): string {
  const isV4 = words[at] === 0 && words[at + 1] === 0 && words[at + 2] === MAPPED;
  const start = isV4 ? at + ADDRESS_WORDS - 1 : at;
  const view = new DataView(new ArrayBuffer(4 * (at + ADDRESS_WORDS - start)));
  for (let index = start; index < at + ADDRESS_WORDS; index++) {
    view.setInt32(4 * (index - start), words[index]!);
  }
  return formatAddress(new Uint8Array(view.buffer));
}

function word(bytes: Uint8Array, at: number): number {
  return bytes[at]! << 24 | bytes[at + 1]! << 16 | bytes[at + 2]! << 8 | bytes[at + 3]!;
}
