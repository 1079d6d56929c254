/** The ten ClientHellos of JARM (Salesforce, BSD-3), byte for byte those of the reference tool. */
import {
  alpnExtension,
  ecPointFormatsExtension,
  emptyExtension,
  type Extension,
  keyShareExtension,
  maxFragmentLengthExtension,
  pskKeyExchangeModesExtension,
  renegotiationInfoExtension,
  serverNameExtension,
  signatureAlgorithmsExtension,
  supportedGroupsExtension,
  supportedVersionsExtension,
  writeClientHelloRecord,
} from "../tls/client_hello_writer.ts";
import { EXTENSION, GROUP, VERSION } from "../tls/constants.ts";

/** The 69 suites in the order that the reference calls "forward". */
export const JARM_CIPHER_SUITES: readonly number[] = [
  ...[0x0016, 0x0033, 0x0067, 0xc09e, 0xc0a2, 0x009e, 0x0039, 0x006b, 0xc09f, 0xc0a3],
  ...[0x009f, 0x0045, 0x00be, 0x0088, 0x00c4, 0x009a, 0xc008, 0xc009, 0xc023, 0xc0ac],
  ...[0xc0ae, 0xc02b, 0xc00a, 0xc024, 0xc0ad, 0xc0af, 0xc02c, 0xc072, 0xc073, 0xcca9],
  ...[0x1302, 0x1301, 0xcc14, 0xc007, 0xc012, 0xc013, 0xc027, 0xc02f, 0xc014, 0xc028],
  ...[0xc030, 0xc060, 0xc061, 0xc076, 0xc077, 0xcca8, 0x1305, 0x1304, 0x1303, 0xcc13],
  ...[0xc011, 0x000a, 0x002f, 0x003c, 0xc09c, 0xc0a0, 0x009c, 0x0035, 0x003d, 0xc09d],
  ...[0xc0a1, 0x009d, 0x0041, 0x00ba, 0x0084, 0x00c0, 0x0007, 0x0004, 0x0005],
];

/** Protocols that few servers know, weakest first. */
const RARE_ALPN = ["http/0.9", "http/1.0", "spdy/1", "spdy/2", "spdy/3", "h2c", "hq"];

/** All protocols, weakest first. */
const FULL_ALPN = [
  ...["http/0.9", "http/1.0", "http/1.1", "spdy/1", "spdy/2", "spdy/3"],
  ...["h2", "h2c", "hq"],
];

const UP_TO_TLS12 = [VERSION.tls10, VERSION.tls11, VERSION.tls12];
const UP_TO_TLS13 = [...UP_TO_TLS12, VERSION.tls13];

type SuiteOrder = "forward" | "reverse" | "top_half" | "bottom_half" | "middle_out";

/** One of the ten hellos. */
export interface JarmHello {
  /** The reference's name for it. */
  readonly name: string;
  readonly recordVersion: number;
  readonly helloVersion: number;
  readonly suites: readonly number[];
  readonly order: SuiteOrder;
  readonly grease: boolean;
  readonly alpn: readonly string[];
  /** supported_versions, lowest first; undefined sends none. */
  readonly versions?: readonly number[];
  /** Turns ALPN and supported_versions round: strongest first. */
  readonly strongestFirst: boolean;
}

const tls12 = { recordVersion: VERSION.tls12, helloVersion: VERSION.tls12 };
const tls11 = { recordVersion: VERSION.tls11, helloVersion: VERSION.tls11 };
const tls13 = { recordVersion: VERSION.tls10, helloVersion: VERSION.tls12 };
const usual = {
  suites: JARM_CIPHER_SUITES,
  order: "forward",
  grease: false,
  alpn: FULL_ALPN,
  strongestFirst: false,
} as const;

/** The ten hellos in the order in which they are sent and hashed. */
export const JARM_HELLOS: readonly JarmHello[] = [
  { name: "tls1_2_forward", ...usual, ...tls12, versions: UP_TO_TLS12, strongestFirst: true },
  { name: "tls1_2_reverse", ...usual, ...tls12, versions: UP_TO_TLS12, order: "reverse" },
  { name: "tls1_2_top_half", ...usual, ...tls12, order: "top_half" },
  { name: "tls1_2_bottom_half", ...usual, ...tls12, order: "bottom_half", alpn: RARE_ALPN },
  {
    name: "tls1_2_middle_out",
    ...usual,
    ...tls12,
    order: "middle_out",
    grease: true,
    alpn: RARE_ALPN,
    strongestFirst: true,
  },
  { name: "tls1_1_middle_out", ...usual, ...tls11 },
  { name: "tls1_3_forward", ...usual, ...tls13, versions: UP_TO_TLS13, strongestFirst: true },
  { name: "tls1_3_reverse", ...usual, ...tls13, versions: UP_TO_TLS13, order: "reverse" },
  {
    name: "tls1_3_invalid",
    ...usual,
    ...tls13,
    versions: UP_TO_TLS13,
    suites: JARM_CIPHER_SUITES.filter((suite) => suite >> 8 !== 0x13),
  },
  {
    name: "tls1_3_middle_out",
    ...usual,
    ...tls13,
    versions: UP_TO_TLS13,
    order: "middle_out",
    grease: true,
    strongestFirst: true,
  },
];

/** What differs between two sendings of the same hello. */
export interface JarmSecrets {
  /** 32 bytes. */
  readonly random: Uint8Array;
  /** 32 bytes. */
  readonly sessionId: Uint8Array;
  /** 32 bytes that pass for an X25519 public key: the handshake never gets to use it. */
  readonly publicKey: Uint8Array;
  /** One of the sixteen values of RFC 8701. */
  readonly grease: number;
}

/** Fresh random {@linkcode JarmSecrets}. */
export function randomJarmSecrets(): JarmSecrets {
  const bytes = crypto.getRandomValues(new Uint8Array(97));
  return {
    random: bytes.subarray(0, 32),
    sessionId: bytes.subarray(32, 64),
    publicKey: bytes.subarray(64, 96),
    grease: (bytes[96]! & 0xf0 | 0x0a) * 0x0101,
  };
}

/**
 * The record that carries `hello`.
 *
 * @param host the target as it was typed; goes into SNI even when it is an address, as the
 *   reference does
 */
export function writeJarmHello(
  hello: JarmHello,
  host: string,
  secrets: JarmSecrets,
): Uint8Array<ArrayBuffer> {
  const suites = orderSuites(hello.suites, hello.order);
  return writeClientHelloRecord({
    recordVersion: hello.recordVersion,
    helloVersion: hello.helloVersion,
    random: secrets.random,
    sessionId: secrets.sessionId,
    cipherSuites: hello.grease ? [secrets.grease, ...suites] : suites,
    compressionMethods: [0],
    extensions: jarmExtensions(hello, host, secrets),
  });
}

function jarmExtensions(hello: JarmHello, host: string, secrets: JarmSecrets): Extension[] {
  const turn = <T>(list: readonly T[]) => hello.strongestFirst ? list.toReversed() : list;
  const grease = hello.grease ? [secrets.grease] : [];
  return [
    ...grease.map(emptyExtension),
    serverNameExtension(host),
    emptyExtension(EXTENSION.extendedMasterSecret),
    maxFragmentLengthExtension(1),
    renegotiationInfoExtension(),
    supportedGroupsExtension([GROUP.x25519, GROUP.secp256r1, GROUP.secp384r1, GROUP.secp521r1]),
    ecPointFormatsExtension([0]),
    emptyExtension(EXTENSION.sessionTicket),
    alpnExtension(turn(hello.alpn)),
    signatureAlgorithmsExtension([
      ...[0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601, 0x0201],
    ]),
    keyShareExtension([
      ...grease.map((group) => ({ group, publicKey: new Uint8Array(1) })),
      { group: GROUP.x25519, publicKey: secrets.publicKey },
    ]),
    pskKeyExchangeModesExtension([1]),
    ...(hello.versions === undefined
      ? []
      : [supportedVersionsExtension([...grease, ...turn(hello.versions)])]),
  ];
}

function orderSuites(suites: readonly number[], order: SuiteOrder): readonly number[] {
  const middle = suites.length >> 1;
  switch (order) {
    case "forward":
      return suites;
    case "reverse":
      return suites.toReversed();
    case "top_half":
      return suites.slice(0, middle + 1).reverse();
    case "bottom_half":
      return suites.slice(middle + 1);
    case "middle_out":
      return suites.slice(middle, middle + 1).concat(
        ...suites.slice(middle + 1).map((suite, step) => [suite, suites[middle - 1 - step]!]),
      );
  }
}
