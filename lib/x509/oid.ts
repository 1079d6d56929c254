/** Object identifiers (X.690 8.19) as text. */
import { toHex } from "../bytes.ts";

/** Longest identifier that is written in dots; those in use have at most some 20 bytes. */
const MAX_OID_LENGTH = 64;

/**
 * Dotted text of an OBJECT IDENTIFIER's content bytes, such as `2.5.4.3`.
 *
 * Arcs may be of any size, as those made of a UUID are (2.25.n). Undefined when the bytes are none:
 * empty, cut short, padded (X.690 8.19.2), or more than 64.
 */
export function decodeOid(content: Uint8Array): string | undefined {
  if (content.length === 0 || content.length > MAX_OID_LENGTH) return undefined;
  const arcs: bigint[] = [];
  let arc = 0n;
  let inside = false;
  for (const byte of content) {
    if (!inside && byte === 0x80) return undefined;
    arc = arc << 7n | BigInt(byte & 0x7f);
    inside = byte >= 0x80;
    if (inside) continue;
    arcs.push(arc);
    arc = 0n;
  }
  if (inside) return undefined;
  // X.690 8.19.4: the first two arcs are one number, 40 * first + second, and first is at most 2.
  const [joined = 0n, ...rest] = arcs;
  const first = joined < 80n ? joined / 40n : 2n;
  return [first, joined - first * 40n, ...rest].join(".");
}

/** As {@linkcode decodeOid}; what is no identifier comes out as `#` and hexadecimal of its start. */
export function oidText(content: Uint8Array): string {
  return decodeOid(content) ?? `#${toHex(content.subarray(0, MAX_OID_LENGTH))}`;
}
