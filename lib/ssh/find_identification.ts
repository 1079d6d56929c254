/** Looks for an SSH identification in the middle of anything. */
import { isIdentification } from "./identification.ts";

const UPPER_S = 0x53;
const ONE = 0x31;
const TWO = 0x32;
const DOT = 0x2e;

/** `SSH-2.` */
const START = 6;

/**
 * Offset from `from` on of the first identification of a version in use (RFC 4253 4.2 and 5.1), of which
 * six bytes have to be there; -1 without one.
 */
export function findIdentification(bytes: Uint8Array, from = 0): number {
  let at = bytes.indexOf(UPPER_S, from);
  while (at >= 0 && at + START <= bytes.length) {
    const version = bytes[at + 4];
    if (
      bytes[at + 1] === UPPER_S && bytes[at + 5] === DOT &&
      (version === ONE || version === TWO) && isIdentification(bytes.subarray(at, at + START))
    ) return at;
    at = bytes.indexOf(UPPER_S, at + 1);
  }
  return -1;
}
