/** Numbers of TLS by their registered names (RFC 8446, RFC 5246 and the IANA TLS registries). */

/** Protocol versions as they stand on the wire (RFC 8446 4.1.2, appendix D; RFC 6101 for SSL 3.0). */
export const VERSION = {
  ssl30: 0x0300,
  tls10: 0x0301,
  tls11: 0x0302,
  tls12: 0x0303,
  tls13: 0x0304,
} as const;

const VERSION_NAMES: Readonly<Record<number, string>> = {
  [VERSION.ssl30]: "SSL 3.0",
  [VERSION.tls10]: "TLS 1.0",
  [VERSION.tls11]: "TLS 1.1",
  [VERSION.tls12]: "TLS 1.2",
  [VERSION.tls13]: "TLS 1.3",
};

/** Name of a protocol version, e.g. `TLS 1.3`; `0x7f1c` in that style for one without a name. */
export function versionName(version: number): string {
  return VERSION_NAMES[version] ?? `0x${version.toString(16).padStart(4, "0")}`;
}

/** Content types of a record (RFC 8446 5.1, RFC 6520 for heartbeat). */
export const CONTENT_TYPE = {
  changeCipherSpec: 20,
  alert: 21,
  handshake: 22,
  applicationData: 23,
  heartbeat: 24,
} as const;

/** Types of a handshake message (RFC 8446 4; RFC 5246 7.4; RFC 8879 for the compressed one). */
export const HANDSHAKE_TYPE = {
  helloRequest: 0,
  clientHello: 1,
  serverHello: 2,
  newSessionTicket: 4,
  encryptedExtensions: 8,
  certificate: 11,
  serverKeyExchange: 12,
  certificateRequest: 13,
  serverHelloDone: 14,
  certificateVerify: 15,
  finished: 20,
  certificateStatus: 22,
  compressedCertificate: 25,
  messageHash: 254,
} as const;

/** Extension numbers (IANA "TLS ExtensionType Values"). */
export const EXTENSION = {
  /** RFC 6066 3. */
  serverName: 0,
  /** RFC 6066 4. */
  maxFragmentLength: 1,
  /** RFC 8446 4.2.7, before that "elliptic_curves" (RFC 8422 5.1.1). */
  supportedGroups: 10,
  /** RFC 8422 5.1.2. */
  ecPointFormats: 11,
  /** RFC 8446 4.2.3. */
  signatureAlgorithms: 13,
  /** RFC 7301. */
  alpn: 16,
  /** RFC 7685. */
  padding: 21,
  /** RFC 7366. */
  encryptThenMac: 22,
  /** RFC 7627. */
  extendedMasterSecret: 23,
  /** RFC 5077. */
  sessionTicket: 35,
  /** RFC 8446 4.2.11. */
  preSharedKey: 41,
  /** RFC 8446 4.2.1. */
  supportedVersions: 43,
  /** RFC 8446 4.2.2. */
  cookie: 44,
  /** RFC 8446 4.2.9. */
  pskKeyExchangeModes: 45,
  /** RFC 8446 4.2.3. */
  signatureAlgorithmsCert: 50,
  /** RFC 8446 4.2.8. */
  keyShare: 51,
  /** RFC 5746. */
  renegotiationInfo: 0xff01,
} as const;

/** Named groups (RFC 8446 4.2.7; RFC 7919 for the finite fields; RFC 7027 and 8734 for Brainpool). */
export const GROUP = {
  sect571r1: 0x000e,
  secp192r1: 0x0013,
  secp224r1: 0x0015,
  secp256k1: 0x0016,
  secp256r1: 0x0017,
  secp384r1: 0x0018,
  secp521r1: 0x0019,
  brainpoolP256r1: 0x001a,
  brainpoolP384r1: 0x001b,
  brainpoolP512r1: 0x001c,
  x25519: 0x001d,
  x448: 0x001e,
  ffdhe2048: 0x0100,
  ffdhe3072: 0x0101,
} as const;

/**
 * True for a GREASE value of RFC 8701: 0x0a0a, 0x1a1a and so on to 0xfafa. They stand for cipher
 * suites, extensions, groups, signature schemes and versions alike.
 */
export function isGrease(value: number): boolean {
  return (value & 0x0f0f) === 0x0a0a && (value >> 8) === (value & 0xff);
}
