/** Extensions of a certificate (RFC 5280 section 4.2), those that say who it is for and from. */
import { toHex } from "../bytes.ts";
import { DerReader, implicitTag, TAG } from "./der.ts";
import { type GeneralName, readAlternativeNames } from "./general_names.ts";

/** Extensions after this many are not read. */
export const MAX_EXTENSIONS = 128;

/** Key identifiers are hashes (RFC 5280 4.2.1.2); of what is longer, this many bytes are kept. */
const MAX_KEY_ID_LENGTH = 64;

/** Content bytes of object identifiers (RFC 5280 4.2.1), in hexadecimal. */
const SUBJECT_KEY_ID = "551d0e";
const SUBJECT_ALT_NAME = "551d11";
const BASIC_CONSTRAINTS = "551d13";
const AUTHORITY_KEY_ID = "551d23";

/** What the extensions of a certificate say. */
export interface Extensions {
  /** Content bytes of their object identifiers, in order, repeated ones included. */
  readonly extensionOids: readonly Uint8Array[];
  /** Names in the subjectAltName extension, the first 1,000 of them. */
  readonly alternativeNames: readonly GeneralName[];
  /** How many names the subjectAltName extension holds in all. */
  readonly alternativeNameCount: number;
  /** The cA flag of basicConstraints. */
  readonly isCa: boolean;
  /** Lowercase hexadecimal. */
  readonly subjectKeyId?: string;
  /** The keyIdentifier of authorityKeyIdentifier, in lowercase hexadecimal. */
  readonly authorityKeyId?: string;
}

/** The extensions of a certificate that has none. */
export const NO_EXTENSIONS: Extensions = {
  extensionOids: [],
  alternativeNames: [],
  alternativeNameCount: 0,
  isCa: false,
};

/**
 * Reads the SEQUENCE of extensions, up to a malformed one. Of extensions that are repeated, which
 * RFC 5280 4.2 forbids, the first is heeded.
 */
export function readExtensions(explicit: Uint8Array): Extensions {
  const list = new DerReader(explicit).enter(TAG.sequence);
  const oids: Uint8Array[] = [];
  const values = new Map<string, Uint8Array>();
  while (!list.done && oids.length < MAX_EXTENSIONS) {
    const extension = list.enter(TAG.sequence);
    const oid = extension.expect(TAG.oid);
    extension.optional(TAG.boolean);
    const value = extension.expect(TAG.octetString);
    if (oid === undefined || value === undefined) break;
    oids.push(oid.content);
    const key = toHex(oid.content);
    if (!values.has(key)) values.set(key, value.content);
  }
  const alternative = readAlternativeNames(
    values.get(SUBJECT_ALT_NAME) ?? new Uint8Array(0),
  );
  const subjectKeyId = readSubjectKeyId(values.get(SUBJECT_KEY_ID));
  const authorityKeyId = readAuthorityKeyId(values.get(AUTHORITY_KEY_ID));
  return {
    extensionOids: oids,
    alternativeNames: alternative.names,
    alternativeNameCount: alternative.count,
    isCa: readCaFlag(values.get(BASIC_CONSTRAINTS)),
    ...(subjectKeyId === undefined ? {} : { subjectKeyId }),
    ...(authorityKeyId === undefined ? {} : { authorityKeyId }),
  };
}

/** `BasicConstraints ::= SEQUENCE { cA BOOLEAN DEFAULT FALSE, ... }` */
function readCaFlag(value: Uint8Array | undefined): boolean {
  if (value === undefined) return false;
  const flag = new DerReader(value).enter(TAG.sequence).optional(TAG.boolean);
  return flag !== undefined && flag.content.some((byte) => byte !== 0);
}

/** `SubjectKeyIdentifier ::= OCTET STRING` */
function readSubjectKeyId(value: Uint8Array | undefined): string | undefined {
  return value && keyId(new DerReader(value).optional(TAG.octetString)?.content);
}

/** `AuthorityKeyIdentifier ::= SEQUENCE { keyIdentifier [0] IMPLICIT OCTET STRING OPTIONAL, ... }` */
function readAuthorityKeyId(value: Uint8Array | undefined): string | undefined {
  return value && keyId(new DerReader(value).enter(TAG.sequence).optional(implicitTag(0))?.content);
}

function keyId(content: Uint8Array | undefined): string | undefined {
  return content && toHex(content.subarray(0, MAX_KEY_ID_LENGTH));
}
