/** X.509 certificates (RFC 5280 section 4.1). */
import { toHex } from "../bytes.ts";
import { readAlgorithm } from "./algorithm_identifier.ts";
import { DerReader, explicitTag, TAG } from "./der.ts";
import { type Extensions, NO_EXTENSIONS, readExtensions } from "./extensions.ts";
import { type Name, readName } from "./names.ts";
import { type PublicKey, readPublicKey } from "./public_key.ts";
import { type SignatureAlgorithm, signatureAlgorithm } from "./signature_algorithm.ts";
import { decodeTime } from "./time.ts";

/** Longer input is not looked at: real certificates have a few KiB, the largest some hundred. */
export const MAX_CERTIFICATE_LENGTH = 1024 * 1024;

/** RFC 5280 4.1.2.2 allows 20 bytes; of what is longer, this many are kept. */
const MAX_SERIAL_LENGTH = 64;

/** Tags of the parts of TBSCertificate that have one of their own. */
const VERSION = explicitTag(0);
const EXTENSIONS = explicitTag(3);

/** What a certificate says. Byte arrays are views of the input. */
export interface Certificate extends Extensions {
  /** The whole certificate without what follows it: what its fingerprints are hashes of. */
  readonly der: Uint8Array;
  /** The part that is signed, tag and length included. */
  readonly tbs: Uint8Array;
  /** 1, 2 or 3, where all is in order; 0 for a number that cannot be one. */
  readonly version: number;
  /**
   * Lowercase hexadecimal, two digits a byte, without the 00 that keeps a number from being
   * negative; a negative one as its two's complement stands there. At most 64 bytes.
   */
  readonly serial: string;
  readonly signatureAlgorithm: SignatureAlgorithm;
  readonly signature: Uint8Array;
  readonly issuer: Name;
  readonly subject: Name;
  /** `YYYY-MM-DDTHH:MM:SSZ`; left out when what stands there is no time. */
  readonly notBefore?: string;
  /** As `notBefore`. */
  readonly notAfter?: string;
  readonly publicKey: PublicKey;
}

/**
 * Reads a certificate; bytes after it are ignored.
 *
 * Undefined when it does not have the parts of one or is larger than 1 MiB. What is malformed deeper
 * down (a name, a time, a key, an extension) is left out or cut short and the rest still read.
 */
export function parseCertificate(der: Uint8Array): Certificate | undefined {
  if (der.length > MAX_CERTIFICATE_LENGTH) return undefined;
  const outer = new DerReader(der).expect(TAG.sequence);
  if (outer === undefined) return undefined;
  const certificate = new DerReader(outer.content, 1);
  const tbs = certificate.expect(TAG.sequence);
  const algorithm = readAlgorithm(certificate);
  const signature = certificate.expect(TAG.bitString);
  if (tbs === undefined || algorithm === undefined || signature === undefined) return undefined;
  const body = readBody(new DerReader(tbs.content, 2));
  return body && {
    der: outer.raw,
    tbs: tbs.raw,
    signatureAlgorithm: signatureAlgorithm(algorithm),
    // X.690 8.6.2.2: the first octet counts unused bits, of which a signature has none.
    signature: signature.content.subarray(1),
    ...body,
  };
}

type Body = Omit<Certificate, "der" | "tbs" | "signatureAlgorithm" | "signature">;

/** TBSCertificate. */
function readBody(reader: DerReader): Body | undefined {
  const version = reader.nextTag === VERSION ? readVersion(reader.enter(VERSION)) : 1;
  const serial = reader.expect(TAG.integer);
  // The same algorithm again, now signed; RFC 5280 4.1.2.3.
  reader.expect(TAG.sequence);
  const issuer = readName(reader);
  const validity = reader.enter(TAG.sequence);
  const subject = readName(reader);
  const publicKey = readPublicKey(reader);
  if (!serial || !issuer || !subject || !publicKey) return undefined;
  const notBefore = readTime(validity);
  const notAfter = readTime(validity);
  return {
    version,
    serial: formatSerial(serial.content),
    issuer,
    ...(notBefore === undefined ? {} : { notBefore }),
    ...(notAfter === undefined ? {} : { notAfter }),
    subject,
    publicKey,
    ...readTrailer(reader),
  };
}

/** `version [0] EXPLICIT INTEGER DEFAULT v1`, where v1 is 0. */
function readVersion(reader: DerReader): number {
  const content = reader.expect(TAG.integer)?.content;
  return content?.length === 1 && content[0]! < 0x7f ? content[0]! + 1 : 0;
}

function readTime(validity: DerReader): string | undefined {
  const element = validity.next();
  return element && decodeTime(element);
}

function formatSerial(content: Uint8Array): string {
  const significant = content.findIndex((byte) => byte !== 0);
  const start = significant < 0 ? content.length - 1 : significant;
  return toHex(content.subarray(Math.max(start, 0)).subarray(0, MAX_SERIAL_LENGTH));
}

/** Skips the unique identifiers that once stood there (RFC 5280 4.1.2.8) to the extensions. */
function readTrailer(reader: DerReader): Extensions {
  for (let element = reader.next(); element !== undefined; element = reader.next()) {
    if (element.tag === EXTENSIONS) return readExtensions(element.content);
  }
  return NO_EXTENSIONS;
}
