/** The hash by which search engines for hosts (Shodan, FOFA, Censys) find the icon of a site. */
import { murmur3 } from "../murmur3.ts";

/** Characters of a line of MIME base64 (RFC 2045 6.8), in which the icon is hashed. */
const LINE_LENGTH = 76;

/**
 * The favicon hash of an icon's bytes: MurmurHash3_x86_32 with seed 0, as a signed integer, over
 * the base64 of the icon in lines of 76 characters, each with a newline, the last one included.
 */
export function faviconHash(icon: Uint8Array): number {
  return murmur3(new TextEncoder().encode(mimeBase64(icon))) | 0;
}

function mimeBase64(bytes: Uint8Array): string {
  const base64 = bytes.toBase64();
  const lines: string[] = [];
  for (let at = 0; at < base64.length; at += LINE_LENGTH) {
    lines.push(`${base64.slice(at, at + LINE_LENGTH)}\n`);
  }
  return lines.join("");
}
