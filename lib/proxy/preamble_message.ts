/** Lengths of the messages that clients send before TLS, one recogniser for each protocol. */

/** Length of a message; `incomplete` while it cannot be told; undefined for another thing. */
export type MessageLength = number | "incomplete" | undefined;

/** Gives the length of the message at `at`, in a stream of which `bytes` are all that is known. */
type Recogniser = (bytes: Uint8Array, at: number) => MessageLength;

/** Version 2 of HAProxy's PROXY protocol: signature, version and command, family, length. */
const PROXY2_SIGNATURE = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a];
const PROXY2_HEADER_LENGTH = 16;

/** Version 1: a line of at most 107 bytes (PROXY protocol 2.1). */
const PROXY1_SIGNATURE = [..."PROXY "].map((character) => character.charCodeAt(0));
const PROXY1_MAX_LENGTH = 107;

/** SSLRequest and GSSENCRequest (PostgreSQL protocol, message formats). */
const POSTGRES_START = [0x00, 0x00, 0x00, 0x08, 0x04, 0xd2, 0x16];
const POSTGRES_CODES = [0x2f, 0x30];

/** Protocol::SSLRequest: packet 1, of 32 bytes, whose second byte of flags has CLIENT_SSL. */
const MYSQL_START = [0x20, 0x00, 0x00, 0x01];
const MYSQL_LENGTH = 36;
const MYSQL_CLIENT_SSL = 0x08;

/** SOCKS 5 says little of itself: versions, and the address types of a request (RFC 1928 4, 5). */
const SOCKS5 = 0x05;
const SOCKS5_AUTH = 0x01;
const IPV4 = 1;
const DOMAIN = 3;
const IPV6 = 4;

/** Users and hosts with longer names than this are no SOCKS 4. */
const SOCKS4_MAX_TEXT = 255;

const LF = 0x0a;

/** By the first byte of a message, which no two protocols share. */
const OPENERS: ReadonlyMap<number, Recogniser> = new Map([
  [0x00, postgres],
  [0x03, tpkt],
  [0x04, socks4],
  [SOCKS5, socks5Greeting],
  [0x0d, proxy2],
  [0x12, tds],
  [0x20, mysql],
  [0x30, ldap],
  [0x50, proxy1],
]);

/** Length of the message at `at`, of any protocol with which a connection may open. */
export function openerLength(bytes: Uint8Array, at: number): MessageLength {
  return OPENERS.get(bytes[at] ?? -1)?.(bytes, at);
}

/** True when the message at `at`, in a SOCKS 5 negotiation or before it, is one of SOCKS 5. */
export function isSocks5(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === SOCKS5;
}

/** The methods that a SOCKS 5 client offers (RFC 1928 3). */
function socks5Greeting(bytes: Uint8Array, at: number): MessageLength {
  const count = bytes[at + 1];
  if (count === undefined) return "incomplete";
  return count === 0 ? undefined : 2 + count;
}

/** User and password of a SOCKS 5 client (RFC 1929 2), or its request (RFC 1928 4). */
export function socks5Next(bytes: Uint8Array, at: number): MessageLength {
  if (bytes[at] === SOCKS5_AUTH) {
    const userLength = bytes[at + 1];
    if (userLength === undefined) return "incomplete";
    const passwordLength = bytes[at + 2 + userLength];
    return passwordLength === undefined ? "incomplete" : 3 + userLength + passwordLength;
  }
  if (bytes[at] !== SOCKS5) return undefined;
  if (bytes.length < at + 5) return "incomplete";
  const type = bytes[at + 3];
  if (type === IPV4) return 10;
  if (type === DOMAIN) return 7 + bytes[at + 4]!;
  return type === IPV6 ? 22 : undefined;
}

function proxy2(bytes: Uint8Array, at: number): MessageLength {
  const start = startsWith(bytes, at, PROXY2_SIGNATURE);
  if (start !== true) return start;
  if (bytes.length < at + PROXY2_HEADER_LENGTH) return "incomplete";
  return PROXY2_HEADER_LENGTH + uint16(bytes, at + 14);
}

function proxy1(bytes: Uint8Array, at: number): MessageLength {
  const start = startsWith(bytes, at, PROXY1_SIGNATURE);
  if (start !== true) return start;
  const end = bytes.subarray(at, at + PROXY1_MAX_LENGTH).indexOf(LF);
  if (end >= 0) return end + 1;
  return bytes.length < at + PROXY1_MAX_LENGTH ? "incomplete" : undefined;
}

/** CONNECT or BIND; the address 0.0.0.x says that a name follows (SOCKS 4A). */
function socks4(bytes: Uint8Array, at: number): MessageLength {
  const command = bytes[at + 1];
  if (command !== undefined && command !== 1 && command !== 2) return undefined;
  if (bytes.length < at + 9) return "incomplete";
  const named = bytes[at + 4] === 0 && bytes[at + 5] === 0 && bytes[at + 6] === 0 &&
    bytes[at + 7] !== 0;
  const user = textEnd(bytes, at + 8);
  return named && typeof user === "number"
    ? relative(textEnd(bytes, user), at)
    : relative(user, at);
}

function postgres(bytes: Uint8Array, at: number): MessageLength {
  const start = startsWith(bytes, at, POSTGRES_START);
  if (start !== true) return start;
  const code = bytes[at + POSTGRES_START.length];
  if (code === undefined) return "incomplete";
  return POSTGRES_CODES.includes(code) ? POSTGRES_START.length + 1 : undefined;
}

function mysql(bytes: Uint8Array, at: number): MessageLength {
  const start = startsWith(bytes, at, MYSQL_START);
  if (start !== true) return start;
  const flags = bytes[at + MYSQL_START.length + 1];
  if (flags === undefined) return "incomplete";
  return (flags & MYSQL_CLIENT_SSL) === 0 ? undefined : MYSQL_LENGTH;
}

/**
 * Any LDAPMessage (RFC 4511 4.1.1), a BER sequence that starts with an integer: the request for
 * TLS need not be the first.
 */
function ldap(bytes: Uint8Array, at: number): MessageLength {
  const first = bytes[at + 1];
  if (first === undefined) return "incomplete";
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  if (first === 0x80 || lengthBytes > 4) return undefined;
  const content = at + 2 + lengthBytes;
  if (bytes.length <= content) return "incomplete";
  if (bytes[content] !== 0x02) return undefined;
  let length = lengthBytes === 0 ? first : 0;
  for (let index = 0; index < lengthBytes; index++) length = length * 256 + bytes[at + 2 + index]!;
  return 2 + lengthBytes + length;
}

/** A packet of RDP (RFC 1006 6). */
function tpkt(bytes: Uint8Array, at: number): MessageLength {
  const start = startsWith(bytes, at, [0x03, 0x00]);
  if (start !== true) return start;
  if (bytes.length < at + 4) return "incomplete";
  const length = uint16(bytes, at + 2);
  return length < 7 ? undefined : length;
}

/**
 * A pre-login packet of SQL Server (MS-TDS 2.2.6.5). The ClientHello follows in a packet of the
 * same type: of that only the header is passed over.
 */
function tds(bytes: Uint8Array, at: number): MessageLength {
  const start = startsWith(bytes, at, [0x12, 0x01]);
  if (start !== true) return start;
  if (bytes.length < at + 9) return "incomplete";
  return bytes[at + 8] === 0x16 ? 8 : Math.max(8, uint16(bytes, at + 2));
}

/** True, or what the answer is so far. */
function startsWith(
  bytes: Uint8Array,
  at: number,
  start: readonly number[],
): true | "incomplete" | undefined {
  for (let index = 0; index < start.length; index++) {
    if (at + index >= bytes.length) return "incomplete";
    if (bytes[at + index] !== start[index]) return undefined;
  }
  return true;
}

/** Offset after the NUL that ends the text at `from`. */
function textEnd(bytes: Uint8Array, from: number): MessageLength {
  const end = bytes.subarray(from, from + SOCKS4_MAX_TEXT + 1).indexOf(0);
  if (end >= 0) return from + end + 1;
  return bytes.length <= from + SOCKS4_MAX_TEXT ? "incomplete" : undefined;
}

function relative(offset: MessageLength, at: number): MessageLength {
  return typeof offset === "number" ? offset - at : offset;
}

function uint16(bytes: Uint8Array, at: number): number {
  return bytes[at]! * 256 + bytes[at + 1]!;
}
