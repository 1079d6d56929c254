/** JA3S (Salesforce, BSD-3): a TLS server by its answer to a given ClientHello. */
import { md5Hex } from "../hash.ts";
import type { ServerHello } from "../tls/server_hello.ts";

/** The hash, and the string that it is the MD5 of. */
export interface Ja3s {
  readonly ja3s: string;
  /** `version,cipher,extensions` in decimal; extensions in wire order, joined by `-`. */
  readonly ja3sRaw: string;
}

/** JA3S of a ServerHello; the version in it is legacy_version, whatever was negotiated. */
export function ja3s(hello: ServerHello): Ja3s {
  const extensions = hello.extensions.map(({ type }) => type).join("-");
  const ja3sRaw = `${hello.legacyVersion},${hello.cipherSuite},${extensions}`;
  return { ja3s: md5Hex(ja3sRaw), ja3sRaw };
}
