/** JA3 (Salesforce, BSD-3): a TLS client by its ClientHello. */
import { md5Hex } from "../hash.ts";
import type { ClientHello } from "../tls/client_hello.ts";
import { isGrease } from "../tls/constants.ts";
import { HashMemo } from "./hash_memo.ts";

/** The hash, and the string that it is the MD5 of. */
export interface Ja3 {
  readonly ja3: string;
  /** `version,ciphers,extensions,groups,formats` in decimal; lists in wire order, joined by `-`. */
  readonly ja3Raw: string;
}

const hashes = new HashMemo(md5Hex);

/** JA3 of a ClientHello; the version in it is legacy_version, whatever else is offered. */
export function ja3(hello: ClientHello): Ja3 {
  const ciphers = decimalList(hello.cipherSuites);
  const extensions = decimalList(hello.extensions);
  const groups = decimalList(hello.supportedGroups);
  // Point formats have one byte, for which RFC 8701 has no GREASE values.
  const formats = decimalList(hello.pointFormats);
  const ja3Raw = `${hello.legacyVersion},${ciphers},${extensions},${groups},${formats}`;
  return { ja3: hashes.hash(ja3Raw), ja3Raw };
}

/** Decimal numbers without GREASE, joined by `-`. */
function decimalList(numbers: readonly number[]): string {
  let text = "";
  for (const number of numbers) {
    if (isGrease(number)) continue;
    text += text === "" ? number : `-${number}`;
  }
  return text;
}
