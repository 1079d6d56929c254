/**
 * JA4X: how an X.509 certificate was made, by what it is composed of.
 *
 * JA4X is a method of FoxIO, LLC, patent pending, under the FoxIO License 1.1: see NOTICE. This
 * implementation was written from the published description.
 */
import { toHex } from "../../bytes.ts";
import { sha256Hex } from "../../hash.ts";
import type { Certificate } from "../../x509/certificate.ts";
import { attributeTypes } from "../../x509/names.ts";

const NOTHING = "000000000000";

/**
 * JA4X of a certificate: three hashes of 12 hex digits, `_` between them, over the types of the
 * issuer's attributes, of the subject's attributes, and the extensions, in the order in which they
 * are encoded. Of these at most 64, 64 and 128 count.
 */
export function ja4x(certificate: Certificate): string {
  return [
    attributeTypes(certificate.issuer),
    attributeTypes(certificate.subject),
    certificate.extensionOids,
  ].map(hashOids).join("_");
}

/** Object identifiers as hexadecimal of their DER content bytes: common name is 550403. */
function hashOids(oids: readonly Uint8Array[]): string {
  return oids.length === 0 ? NOTHING : sha256Hex(oids.map(toHex).join(",")).slice(0, 12);
}
