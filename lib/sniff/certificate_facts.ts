/** What a certificate says, remembered: the same few come by in thousands of handshakes. */
import { ByteMemo } from "../byte_memo.ts";
import { ja4x } from "../fingerprint/ja4plus/ja4x.ts";
import { sha256Hex } from "../hash.ts";
import { parseCertificate } from "../x509/certificate.ts";
import { firstCommonName } from "../x509/names.ts";

/** Names that an event lists. */
const MAX_NAMES = 100;

/** Certificates that are remembered, and the longest of them: senders choose both. */
const MAX_REMEMBERED = 512;
const MAX_REMEMBERED_LENGTH = 8 * 1024;

/** Facts of one certificate; undefined where it does not say, or cannot be read. */
export interface CertificateFacts {
  /** Of its DER, in hexadecimal. */
  readonly sha256: string;
  readonly readable: boolean;
  readonly commonName?: string | undefined;
  readonly subject?: string | undefined;
  readonly issuer?: string | undefined;
  readonly notBefore?: string | undefined;
  readonly notAfter?: string | undefined;
  readonly serial?: string | undefined;
  readonly alternativeNames?: readonly string[] | undefined;
  readonly ja4x?: string | undefined;
}

const remembered = new ByteMemo<CertificateFacts>(MAX_REMEMBERED_LENGTH, MAX_REMEMBERED);

/** The facts of the certificate `der`. */
export function certificateFacts(der: Uint8Array): CertificateFacts {
  if (der.length > MAX_REMEMBERED_LENGTH) return readFacts(der, sha256Hex(der));
  remembered.key.set(der);
  return remembered.find(der.length) ?? remembered.keep(readFacts(der, sha256Hex(der)));
}

function readFacts(der: Uint8Array, sha256: string): CertificateFacts {
  const certificate = parseCertificate(der);
  if (certificate === undefined) return { sha256, readable: false };
  const { subject, issuer, notBefore, notAfter, serial } = certificate;
  const names = certificate.alternativeNames.slice(0, MAX_NAMES).map(({ value }) => value);
  return {
    sha256,
    readable: true,
    commonName: firstCommonName(subject) || undefined,
    subject: subject.text || undefined,
    issuer: issuer.text || undefined,
    notBefore,
    notAfter,
    serial,
    alternativeNames: names.length > 0 ? names : undefined,
    ja4x: ja4x(certificate),
  };
}
