/** What an event and a person are told about a certificate. */
import type { Fields, FieldValue } from "../event/event.ts";
import { ja4x } from "../fingerprint/ja4plus/ja4x.ts";
import { sha256Hex } from "../hash.ts";
import { type Certificate, parseCertificate } from "../x509/certificate.ts";
import { firstCommonName } from "../x509/names.ts";
import { isSelfSigned } from "../x509/signature.ts";

/** Alternative names that an event lists at most, in number and in characters. */
const MAX_NAMES = 100;
const MAX_NAME_CHARACTERS = 16 * 1024;

/** Kinds of alternative names that an event lists. */
const LISTED_NAMES = new Set(["dns", "ip", "uri", "email"]);

/** A certificate, described. */
export interface CertificateDescription {
  /** SHA-256 of its DER, 64 hex digits. */
  readonly sha256: string;
  /** First common name of its subject; empty when it has none. */
  readonly commonName: string;
  readonly fields: Fields;
  /** Labels and texts for people; not escaped. */
  readonly lines: readonly (readonly [label: string, text: string])[];
}

/** Describes a certificate; of bytes that are none, by their hash and `parse_error` alone. */
export async function describeCertificate(
  der: Uint8Array,
  ja4plus: boolean,
): Promise<CertificateDescription> {
  const certificate = parseCertificate(der);
  if (certificate === undefined) {
    const sha256 = sha256Hex(der);
    const lines = [["subject", "(cannot be read)"], ["sha256", sha256]] as const;
    return { sha256, commonName: "", fields: { cert_sha256: sha256, parse_error: true }, lines };
  }
  const sha256 = sha256Hex(certificate.der);
  const commonName = firstCommonName(certificate.subject) ?? "";
  const selfSigned = await isSelfSigned(certificate);
  const names = listedNames(certificate);
  const { subject, issuer, publicKey, notBefore, notAfter } = certificate;
  const fields = withoutAbsent({
    subject_cn: commonName,
    subject_dn: subject.text,
    issuer: issuer.text,
    issuer_cn: firstCommonName(issuer),
    self_signed: selfSigned,
    not_before: notBefore,
    not_after: notAfter,
    sans: names.listed.length > 0 ? names.listed : undefined,
    sans_total: names.complete ? undefined : certificate.alternativeNameCount,
    serial: certificate.serial,
    cert_sha256: sha256,
    key_type: publicKey.type,
    key_bits: publicKey.bits,
    key_curve: publicKey.curve,
    signature_algorithm: certificate.signatureAlgorithm.name,
    ja4x: ja4plus ? ja4x(certificate) : undefined,
  });
  const lines: [string, string][] = [
    ["subject", subject.text],
    ["issuer", selfSigned === true ? "(self-signed)" : issuer.text],
    ["valid", `${notBefore ?? "?"} to ${notAfter ?? "?"}`],
    ...(names.listed.length > 0 ? [namesLine(names)] : []),
    ["sha256", sha256],
  ];
  return { sha256, commonName, fields, lines };
}

interface ListedNames {
  readonly listed: readonly string[];
  /** False when there are more that could have been listed. */
  readonly complete: boolean;
}

function listedNames({ alternativeNames }: Certificate): ListedNames {
  const names = alternativeNames.filter(({ type }) => LISTED_NAMES.has(type));
  const listed: string[] = [];
  let characters = 0;
  for (const { value } of names.slice(0, MAX_NAMES)) {
    characters += value.length;
    if (characters > MAX_NAME_CHARACTERS) break;
    listed.push(value);
  }
  return { listed, complete: listed.length === names.length };
}

function namesLine({ listed, complete }: ListedNames): [string, string] {
  return ["names", listed.join(" ") + (complete ? "" : " ...")];
}

/** `fields` without those that have no value. */
function withoutAbsent(fields: Readonly<Record<string, FieldValue | undefined>>): Fields {
  const present: Record<string, FieldValue> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined && value !== "") present[name] = value;
  }
  return present;
}
