/**
 * JA4S: a TLS server by its answer to a given ClientHello.
 *
 * JA4S is a method of FoxIO, LLC, patent pending, under the FoxIO License 1.1: see NOTICE. This
 * implementation was written from the published description.
 */
import { sha256Hex } from "../../hash.ts";
import { isGrease } from "../../tls/constants.ts";
import { chosenAlpn, type ServerHello } from "../../tls/server_hello.ts";
import type { Ja4Transport } from "../ja4.ts";
import { ja4Alpn, ja4Count, ja4Number, ja4Version } from "../ja4_parts.ts";

/** The fingerprint, and its form with the extensions in place of their hash. */
export interface Ja4s {
  readonly ja4s: string;
  readonly ja4sRaw: string;
}

const NO_EXTENSIONS = "000000000000";

/**
 * JA4S of a ServerHello. The ALPN part is what the hello itself says: `00` in TLS 1.3, where the
 * server's choice is encrypted.
 */
export function ja4s(hello: ServerHello, transport: Ja4Transport = "t"): Ja4s {
  const types = hello.extensions.map(({ type }) => type).filter((type) => !isGrease(type));
  const extensions = types.map(ja4Number).join(",");
  const start = [
    transport,
    ja4Version(hello.version),
    ja4Count(types.length),
    ja4Alpn(chosenAlpn(hello.extensions)),
    "_",
    ja4Number(hello.cipherSuite),
    "_",
  ].join("");
  const hash = extensions === "" ? NO_EXTENSIONS : sha256Hex(extensions).slice(0, 12);
  return { ja4s: start + hash, ja4sRaw: start + extensions };
}
