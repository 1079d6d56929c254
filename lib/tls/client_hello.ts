/** Reads a ClientHello (RFC 8446 4.1.2, RFC 5246 7.4.1.2), of TLS, QUIC and DTLS alike. */
import { EXTENSION, isGrease, VERSION } from "./constants.ts";

/**
 * What a ClientHello says of the client, as far as fingerprints and events need it: numbers and
 * copies, so that nothing of the packet is kept alive. Lists are in wire order with GREASE and
 * repetitions, and empty where the extension is missing or its length does not fit.
 */
export interface ClientHello {
  /** True for the form with a cookie field (RFC 6347 4.2.1). */
  readonly dtls: boolean;
  /** client_version or legacy_version: what JA3 takes as the version. */
  readonly legacyVersion: number;
  readonly sessionIdLength: number;
  readonly cipherSuites: readonly number[];
  /** Types of the extensions. */
  readonly extensions: readonly number[];
  /** First host_name of server_name; empty where the extension has none, undefined without it. */
  readonly serverName: string | undefined;
  /** Protocols of application_layer_protocol_negotiation, byte for byte. */
  readonly alpn: readonly Uint8Array[];
  readonly supportedGroups: readonly number[];
  readonly pointFormats: readonly number[];
  /** Of signature_algorithms only, not of its relatives for certificates. */
  readonly signatureAlgorithms: readonly number[];
  readonly supportedVersions: readonly number[];
  /** Groups that key_share has a key for. */
  readonly keyShareGroups: readonly number[];
  /** Algorithms of compress_certificate. */
  readonly certificateCompression: readonly number[];
  /** True when the client presents a ticket, not when it only asks for one. */
  readonly sessionTicket: boolean;
  readonly preSharedKey: boolean;
  readonly earlyData: boolean;
  /** True when this hello brings a server's cookie back, so is not the first of its connection. */
  readonly retry: boolean;
}

/** RFC 8879. */
const COMPRESS_CERTIFICATE = 27;
/** RFC 8446 4.2.10. */
const EARLY_DATA = 42;

/** RFC 6066 3: the only type of name that was ever defined. */
const HOST_NAME = 0;

const RANDOM_LENGTH = 32;

/** What stands for a byte outside ASCII in text, as Wireshark writes it. */
const REPLACEMENT = "\ufffd";

type Draft = { -readonly [Key in keyof ClientHello]: ClientHello[Key] };

const NO_NUMBERS: readonly number[] = [];
const NO_PROTOCOLS: readonly Uint8Array[] = [];

/**
 * Reads the body of a client_hello message.
 *
 * The cipher suites and compression methods have to be whole, because without them there is no
 * fingerprint: undefined if not. What follows is taken as far as it goes: an extensions block that
 * claims too much ends with the message, an extension that does so with the block.
 */
export function parseClientHello(
  body: Uint8Array,
  form: "tls" | "dtls" = "tls",
): ClientHello | undefined {
  const dtls = form === "dtls";
  let offset = 2 + RANDOM_LENGTH;
  const sessionIdLength = body[offset];
  if (sessionIdLength === undefined) return undefined;
  offset += 1 + sessionIdLength;
  let retry = false;
  if (dtls) {
    const cookieLength = body[offset];
    if (cookieLength === undefined) return undefined;
    offset += 1 + cookieLength;
    retry = cookieLength > 0;
  }
  const ciphersEnd = vectorEnd(body, offset, 2, body.length);
  if (ciphersEnd < 0) return undefined;
  const cipherSuites = readNumbers(body, offset + 2, ciphersEnd, 2);
  const compressionEnd = vectorEnd(body, ciphersEnd, 1, body.length);
  if (compressionEnd < 0) return undefined;
  const hello: Draft = {
    dtls,
    legacyVersion: body[0]! << 8 | body[1]!,
    sessionIdLength,
    cipherSuites,
    extensions: NO_NUMBERS,
    serverName: undefined,
    alpn: NO_PROTOCOLS,
    supportedGroups: NO_NUMBERS,
    pointFormats: NO_NUMBERS,
    signatureAlgorithms: NO_NUMBERS,
    supportedVersions: NO_NUMBERS,
    keyShareGroups: NO_NUMBERS,
    certificateCompression: NO_NUMBERS,
    sessionTicket: false,
    preSharedKey: false,
    earlyData: false,
    retry,
  };
  readExtensions(body, compressionEnd, hello);
  return hello;
}

/**
 * The newest version that the client offers: of supported_versions without GREASE, or
 * legacy_version without that extension. DTLS counts downwards (RFC 9147 5.3), so that its newest
 * version is the lowest number.
 */
export function offeredVersion(hello: ClientHello): number {
  let newest = -1;
  for (const version of hello.supportedVersions) {
    if (isGrease(version)) continue;
    if (newest < 0 || (hello.dtls ? version < newest : version > newest)) newest = version;
  }
  return newest < 0 ? hello.legacyVersion : newest;
}

/** A way in which a client tries to continue an earlier session. */
export type Resumption = "session_ticket" | "psk" | "early_data_0rtt" | "session_id";

/**
 * How the client tries to continue an earlier session. A session id tells nothing where TLS 1.3 is
 * offered, which fills it for middleboxes (RFC 8446 D.4), nor beside a ticket, whose acceptance the
 * server shows by it (RFC 5077 3.4).
 */
export function resumptionOffers(hello: ClientHello): Resumption[] {
  const offers: Resumption[] = [];
  if (hello.sessionTicket) offers.push("session_ticket");
  if (hello.preSharedKey) offers.push("psk");
  if (hello.earlyData) offers.push("early_data_0rtt");
  const filler = hello.sessionTicket || hello.supportedVersions.some(isTls13);
  if (hello.sessionIdLength > 0 && !filler) offers.push("session_id");
  return offers;
}

/** Text of a protocol name or host name; U+FFFD for each byte that is not ASCII. */
export function asciiText(bytes: Uint8Array, from = 0, to: number = bytes.length): string {
  let text = "";
  for (let offset = from; offset < to; offset++) {
    const byte = bytes[offset]!;
    text += byte < 0x80 ? String.fromCharCode(byte) : REPLACEMENT;
  }
  return text;
}

/** TLS 1.3, its drafts (0x7f and a number), and DTLS 1.3 (RFC 9147 5.3). */
function isTls13(version: number): boolean {
  return version === VERSION.tls13 || version >> 8 === 0x7f || version === 0xfefc;
}

function readExtensions(bytes: Uint8Array, start: number, hello: Draft): void {
  if (bytes.length - start < 2) return;
  const end = Math.min(bytes.length, start + 2 + uint16(bytes, start));
  const types: number[] = [];
  let offset = start + 2;
  while (end - offset >= 4) {
    const type = uint16(bytes, offset);
    const from = offset + 4;
    offset = from + uint16(bytes, offset + 2);
    types.push(type);
    readExtension(type, bytes, from, Math.min(offset, end), hello);
  }
  hello.extensions = types;
}

/** Takes note of what a known extension says; the first of its type counts. */
function readExtension(
  type: number,
  bytes: Uint8Array,
  from: number,
  to: number,
  hello: Draft,
): void {
  switch (type) {
    case EXTENSION.serverName:
      hello.serverName ??= readServerName(bytes, from, to);
      break;
    // Of these two the last one counts: so does the reference implementation of JA3.
    case EXTENSION.supportedGroups:
      hello.supportedGroups = readList(bytes, from, to, 2, 2);
      break;
    case EXTENSION.ecPointFormats:
      hello.pointFormats = readList(bytes, from, to, 1, 1);
      break;
    case EXTENSION.signatureAlgorithms:
      if (hello.signatureAlgorithms !== NO_NUMBERS) break;
      hello.signatureAlgorithms = readList(bytes, from, to, 2, 2);
      break;
    case EXTENSION.alpn:
      if (hello.alpn === NO_PROTOCOLS) hello.alpn = readProtocols(bytes, from, to);
      break;
    case COMPRESS_CERTIFICATE:
      if (hello.certificateCompression !== NO_NUMBERS) break;
      hello.certificateCompression = readList(bytes, from, to, 1, 2);
      break;
    case EXTENSION.sessionTicket:
      hello.sessionTicket ||= to > from;
      break;
    case EXTENSION.preSharedKey:
      hello.preSharedKey = true;
      break;
    case EARLY_DATA:
      hello.earlyData = true;
      break;
    case EXTENSION.supportedVersions:
      if (hello.supportedVersions !== NO_NUMBERS) break;
      hello.supportedVersions = readList(bytes, from, to, 1, 2);
      break;
    case EXTENSION.cookie:
      hello.retry = true;
      break;
    case EXTENSION.keyShare:
      if (hello.keyShareGroups !== NO_NUMBERS) break;
      hello.keyShareGroups = readKeyShareGroups(bytes, from, to);
      break;
  }
}

/** First host_name in a ServerNameList (RFC 6066 3); empty when there is none. */
function readServerName(bytes: Uint8Array, from: number, to: number): string {
  const end = vectorEnd(bytes, from, 2, to);
  let offset = from + 2;
  while (end - offset >= 3) {
    const nameEnd = vectorEnd(bytes, offset + 1, 2, end);
    if (nameEnd < 0) return "";
    if (bytes[offset] === HOST_NAME) return asciiText(bytes, offset + 3, nameEnd);
    offset = nameEnd;
  }
  return "";
}

/** Copies of the names in a ProtocolNameList (RFC 7301 3.1). */
function readProtocols(bytes: Uint8Array, from: number, to: number): readonly Uint8Array[] {
  const protocols: Uint8Array[] = [];
  const end = vectorEnd(bytes, from, 2, to);
  let offset = from + 2;
  while (offset < end) {
    const nameEnd = vectorEnd(bytes, offset, 1, end);
    if (nameEnd < 0) break;
    protocols.push(bytes.slice(offset + 1, nameEnd));
    offset = nameEnd;
  }
  return protocols;
}

/** Groups of a KeyShareClientHello (RFC 8446 4.2.8). */
function readKeyShareGroups(bytes: Uint8Array, from: number, to: number): number[] {
  const groups: number[] = [];
  const end = vectorEnd(bytes, from, 2, to);
  let offset = from + 2;
  while (end - offset >= 4) {
    groups.push(uint16(bytes, offset));
    const keyEnd = vectorEnd(bytes, offset + 2, 2, end);
    if (keyEnd < 0) break;
    offset = keyEnd;
  }
  return groups;
}

/** Numbers of `size` bytes in a vector behind a length of `lengthSize` bytes. */
function readList(
  bytes: Uint8Array,
  from: number,
  to: number,
  lengthSize: 1 | 2,
  size: 1 | 2,
): readonly number[] {
  const end = vectorEnd(bytes, from, lengthSize, to);
  return end < 0 ? NO_NUMBERS : readNumbers(bytes, from + lengthSize, end, size);
}

/** Whole numbers of `size` bytes; an odd byte at the end is left out. */
function readNumbers(bytes: Uint8Array, from: number, to: number, size: 1 | 2): number[] {
  const numbers: number[] = [];
  for (let offset = from; offset + size <= to; offset += size) {
    numbers.push(size === 1 ? bytes[offset]! : uint16(bytes, offset));
  }
  return numbers;
}

/** Where the vector at `offset` ends, or -1 when that or its length is past `limit`. */
function vectorEnd(bytes: Uint8Array, offset: number, lengthSize: 1 | 2, limit: number): number {
  const start = offset + lengthSize;
  if (start > limit) return -1;
  const end = start + (lengthSize === 1 ? bytes[offset]! : uint16(bytes, offset));
  return end > limit ? -1 : end;
}

function uint16(bytes: Uint8Array, offset: number): number {
  return bytes[offset]! << 8 | bytes[offset + 1]!;
}
