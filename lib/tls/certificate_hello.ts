/** The ClientHellos with which the certificate probe asks: as inclusive as they can be. */
import {
  alpnExtension,
  type ClientHelloDescription,
  cookieExtension,
  ecPointFormatsExtension,
  emptyExtension,
  type Extension,
  type KeyShareEntry,
  keyShareExtension,
  paddingExtension,
  serverNameExtension,
  signatureAlgorithmsExtension,
  supportedGroupsExtension,
  supportedVersionsExtension,
  writeClientHello,
} from "./client_hello_writer.ts";
import { EXTENSION, GROUP, VERSION } from "./constants.ts";
import { KEY_EXCHANGE_GROUPS } from "./key_exchange.ts";

/**
 * Which hello: `modern` offers TLS 1.3 down to 1.0; `tls12` and `tls10` are for servers that turn
 * that one down because of its version, its length or its extensions.
 */
export type HelloStyle = "modern" | "tls12" | "tls10";

/** What varies from one hello to the next. */
export interface CertificateHelloOptions {
  readonly style: HelloStyle;
  /** 32 bytes. */
  readonly random: Uint8Array;
  /** 32 bytes; only `modern` sends it, for middleboxes that expect it (RFC 8446 D.4). */
  readonly sessionId: Uint8Array;
  /** DNS name for server_name, which `tls10` leaves out. */
  readonly serverName?: string | undefined;
  /** Only `modern` sends it; empty for none. */
  readonly alpn: readonly string[];
  /** Only `modern` sends them. */
  readonly keyShares: readonly KeyShareEntry[];
  /** True for the answer to a HelloRetryRequest. */
  readonly retry: boolean;
  /** From a HelloRetryRequest. */
  readonly cookie?: Uint8Array | undefined;
}

/** TLS_EMPTY_RENEGOTIATION_INFO_SCSV (RFC 5746 3.3): some servers insist on it. */
const RENEGOTIATION_SCSV = 0x00ff;

const NO_COMPRESSION = [0];
const UNCOMPRESSED_POINTS = [0];

// Numbers of the IANA "TLS Cipher Suites" registry, by key exchange.
const TLS13_CIPHERS = [0x1301, 0x1302, 0x1303, 0x1304, 0x1305];
const ECDHE_CIPHERS = [
  // AES-GCM, ChaCha20, AES-CBC: ECDSA, then RSA.
  ...[0xc02b, 0xc02c, 0xcca9, 0xc023, 0xc024, 0xc009, 0xc00a],
  ...[0xc02f, 0xc030, 0xcca8, 0xc027, 0xc028, 0xc013, 0xc014],
];
const RSA_CIPHERS = [0x009c, 0x009d, 0x003c, 0x003d, 0x002f, 0x0035, 0x000a];
const DHE_RSA_CIPHERS = [0x009e, 0x009f, 0xccaa, 0x0067, 0x006b, 0x0033, 0x0039, 0x0016];
const CCM_CIPHERS = [
  // ECDSA, RSA key transport, DHE-RSA; with the full and the short tag.
  ...[0xc0ac, 0xc0ad, 0xc0ae, 0xc0af],
  ...[0xc09c, 0xc09d, 0xc0a0, 0xc0a1],
  ...[0xc09e, 0xc09f, 0xc0a2, 0xc0a3],
];
const OLD_ECDHE_CIPHERS = [0xc008, 0xc012, 0xc007, 0xc011];
const DSS_CIPHERS = [0x00a2, 0x00a3, 0x0040, 0x006a, 0x0032, 0x0038, 0x0013];
const CAMELLIA_CIPHERS = [
  ...[0xc086, 0xc087, 0xc08a, 0xc08b, 0xc072, 0xc073, 0xc076, 0xc077],
  ...[0x00be, 0x00c4, 0x0045, 0x0088, 0x00ba, 0x00c0, 0x0041, 0x0084, 0xc07a, 0xc07b],
  ...[0xc07c, 0xc07d],
];
const ARIA_CIPHERS = [0xc05c, 0xc05d, 0xc060, 0xc061, 0xc052, 0xc053, 0xc050, 0xc051];
const STATIC_ECDH_CIPHERS = [0xc02d, 0xc031, 0xc004, 0xc005, 0xc00e, 0xc00f, 0xc003, 0xc00d];
/** SEED, IDEA, RC4, DES, and the export suites that SSL 3.0 servers may be down to. */
const WEAK_CIPHERS = [0x009a, 0x0096, 0x0007, 0x0005, 0x0004, 0x0009, 0x0015];
const EXPORT_CIPHERS = [0x0003, 0x0006, 0x0008, 0x0014, 0x0062, 0x0064];

const MODERN_CIPHERS = [
  ...TLS13_CIPHERS,
  ...ECDHE_CIPHERS,
  ...DHE_RSA_CIPHERS,
  ...RSA_CIPHERS,
  ...CCM_CIPHERS,
  ...OLD_ECDHE_CIPHERS,
  ...DSS_CIPHERS,
  ...CAMELLIA_CIPHERS,
  ...ARIA_CIPHERS,
  ...STATIC_ECDH_CIPHERS,
  ...WEAK_CIPHERS,
  RENEGOTIATION_SCSV,
];

const TLS12_CIPHERS = [
  ...ECDHE_CIPHERS,
  ...DHE_RSA_CIPHERS,
  ...RSA_CIPHERS,
  ...CCM_CIPHERS,
  RENEGOTIATION_SCSV,
];

const TLS10_CIPHERS = [
  ...[0xc009, 0xc00a, 0xc013, 0xc014, 0x002f, 0x0035, 0x000a, 0x0033, 0x0039, 0x0016],
  ...[0x0032, 0x0038, 0x0013, 0x0041, 0x0084, ...OLD_ECDHE_CIPHERS],
  ...WEAK_CIPHERS,
  ...EXPORT_CIPHERS,
  RENEGOTIATION_SCSV,
];

/** Signature schemes of RFC 8446 4.2.3. */
const CURRENT_SIGNATURES = [
  ...[0x0403, 0x0503, 0x0603, 0x0807, 0x0808],
  ...[0x0804, 0x0805, 0x0806, 0x0809, 0x080a, 0x080b, 0x0401, 0x0501, 0x0601],
];
/** SHA-1, SHA-224, DSA and MD5 (RFC 5246 7.4.1.4.1). */
const OLD_SIGNATURES = [0x0203, 0x0201, 0x0303, 0x0301, 0x0402, 0x0302, 0x0202, 0x0101];
/** Brainpool (RFC 8734), SM2 (RFC 8998), ML-DSA (draft-ietf-tls-mldsa). */
const RARE_SIGNATURES = [0x081a, 0x081b, 0x081c, 0x0708, 0x0904, 0x0905, 0x0906];

/** Offered where no key has to be computed, so that certificates on other curves show too. */
const TLS12_GROUPS = [
  ...[GROUP.x25519, GROUP.secp256r1, GROUP.secp384r1, GROUP.secp521r1, GROUP.x448],
  ...[GROUP.secp256k1, GROUP.secp224r1, GROUP.secp192r1, GROUP.sect571r1],
  ...[GROUP.brainpoolP256r1, GROUP.brainpoolP384r1, GROUP.brainpoolP512r1],
];

/** The hello in the style of `options`, padded where its length could hurt. */
export function certificateHello(options: CertificateHelloOptions): ClientHelloDescription {
  switch (options.style) {
    case "modern":
      return padded(modernHello(options));
    case "tls12":
      return padded(tls12Hello(options));
    case "tls10":
      return tls10Hello(options);
  }
}

function modernHello(options: CertificateHelloOptions): ClientHelloDescription {
  const extensions = [
    ...nameExtensions(options),
    emptyExtension(EXTENSION.extendedMasterSecret),
    supportedGroupsExtension(KEY_EXCHANGE_GROUPS),
    ecPointFormatsExtension(UNCOMPRESSED_POINTS),
    ...(options.alpn.length > 0 ? [alpnExtension(options.alpn)] : []),
    signatureAlgorithmsExtension([...CURRENT_SIGNATURES, ...OLD_SIGNATURES, ...RARE_SIGNATURES]),
    supportedVersionsExtension([VERSION.tls13, VERSION.tls12, VERSION.tls11, VERSION.tls10]),
    keyShareExtension(options.keyShares),
    ...(options.cookie === undefined ? [] : [cookieExtension(options.cookie)]),
  ];
  return {
    // RFC 8446 5.1: only the record of a first hello may say anything but 0x0303.
    recordVersion: options.retry ? VERSION.tls12 : VERSION.tls10,
    helloVersion: VERSION.tls12,
    random: options.random,
    sessionId: options.sessionId,
    cipherSuites: MODERN_CIPHERS,
    compressionMethods: NO_COMPRESSION,
    extensions,
  };
}

function tls12Hello(options: CertificateHelloOptions): ClientHelloDescription {
  return {
    recordVersion: VERSION.tls10,
    helloVersion: VERSION.tls12,
    random: options.random,
    sessionId: new Uint8Array(0),
    cipherSuites: TLS12_CIPHERS,
    compressionMethods: NO_COMPRESSION,
    extensions: [
      ...nameExtensions(options),
      supportedGroupsExtension(TLS12_GROUPS),
      ecPointFormatsExtension(UNCOMPRESSED_POINTS),
      signatureAlgorithmsExtension([...CURRENT_SIGNATURES, ...OLD_SIGNATURES]),
    ],
  };
}

/** No extensions at all, as before RFC 3546: some old servers hang up on any. */
function tls10Hello(options: CertificateHelloOptions): ClientHelloDescription {
  return {
    recordVersion: VERSION.tls10,
    helloVersion: VERSION.tls10,
    random: options.random,
    sessionId: new Uint8Array(0),
    cipherSuites: TLS10_CIPHERS,
    compressionMethods: NO_COMPRESSION,
    extensions: undefined,
  };
}

function nameExtensions({ serverName }: CertificateHelloOptions): Extension[] {
  return serverName === undefined ? [] : [serverNameExtension(serverName)];
}

/** Some servers hang on hellos of 256 to 511 bytes (RFC 7685 1). */
const SAFE_LENGTH = 512;
const UNSAFE_LENGTH = 256;
const EXTENSION_HEADER_LENGTH = 4;

function padded(hello: ClientHelloDescription): ClientHelloDescription {
  const { length } = writeClientHello(hello);
  if (length < UNSAFE_LENGTH || length >= SAFE_LENGTH) return hello;
  const padding = Math.max(0, SAFE_LENGTH - length - EXTENSION_HEADER_LENGTH);
  return { ...hello, extensions: [...hello.extensions ?? [], paddingExtension(padding)] };
}
