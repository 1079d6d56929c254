/** Identifiers that the same thing always gets. */
import { hash } from "node:crypto";

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * UUID of version 5 (RFC 9562 section 5.5) of `name` within `namespace`, in lower case.
 *
 * @param namespace a UUID in lower case
 * @throws {RangeError} when the namespace is none
 */
export function uuid5(namespace: string, name: string): string {
  if (!UUID.test(namespace)) throw new RangeError(`no UUID: ${namespace}`);
  const space = Uint8Array.fromHex(namespace.replaceAll("-", ""));
  const text = new TextEncoder().encode(name);
  const bytes = new Uint8Array(space.length + text.length);
  bytes.set(space);
  bytes.set(text, space.length);
  const hex = hash("sha1", bytes, "hex");
  // Version in the upper half of octet 6, variant in the upper two bits of octet 8.
  const variant = (parseInt(hex.slice(16, 18), 16) & 0x3f | 0x80).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-` +
    `${variant}${hex.slice(18, 20)}-${hex.slice(20, 32)}`;
}
