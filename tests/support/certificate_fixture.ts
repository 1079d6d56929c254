/** Test support: the certificates in tests/fixtures/certificates. */
import { type Certificate, parseCertificate } from "../../lib/x509/certificate.ts";

const FOLDER = new URL("../fixtures/certificates/", import.meta.url);

/** DER of the fixture NAME.der. */
export function fixtureDer(name: string): Uint8Array<ArrayBuffer> {
  return Deno.readFileSync(new URL(`${name}.der`, FOLDER));
}

/** The fixture NAME.der, parsed. */
export function fixtureCertificate(name: string): Certificate {
  const certificate = parseCertificate(fixtureDer(name));
  if (certificate === undefined) throw new Error(`${name}.der is no certificate`);
  return certificate;
}

/** Names of all fixtures. */
export function fixtureNames(): string[] {
  return [...readOpenssl().keys()];
}

/** What OpenSSL reads in each fixture: `key=value` lines, by the fixture's name. */
export function readOpenssl(): Map<string, Map<string, string>> {
  const certificates = new Map<string, Map<string, string>>();
  let current = new Map<string, string>();
  for (const line of Deno.readTextFileSync(new URL("openssl.txt", FOLDER)).split("\n")) {
    const name = /^\[(.+)\]$/.exec(line)?.[1];
    if (name !== undefined) {
      current = new Map();
      certificates.set(name, current);
      continue;
    }
    const equals = line.indexOf("=");
    if (equals > 0) current.set(line.slice(0, equals), line.slice(equals + 1));
  }
  return certificates;
}
