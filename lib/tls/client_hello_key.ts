/** What of a ClientHello tells clients apart, as a key: most hellos differ in random bytes only. */
import { EXTENSION } from "./constants.ts";

/** Bytes of a key. Hellos of real clients need a third of it. */
export const MAX_CLIENT_HELLO_KEY = 1024;

/** RFC 8446 4.1.2: version and random. */
const SESSION_ID_OFFSET = 34;

/** Extensions of which all counts; of others only that they are there, and how long they are. */
const IS_READ = new Uint8Array(64);
for (
  const type of [
    EXTENSION.serverName,
    EXTENSION.supportedGroups,
    EXTENSION.ecPointFormats,
    EXTENSION.signatureAlgorithms,
    EXTENSION.alpn,
    EXTENSION.supportedVersions,
  ]
) IS_READ[type] = 1;

/**
 * Writes a key of the client_hello message `body` into `key`. Where two hellos of one form have the same
 * key, parseClientHello() says the same of both, but for key_share, compress_certificate and whether they
 * bring a cookie back: random, session ID, tickets and keys are left out.
 *
 * @param key of MAX_CLIENT_HELLO_KEY bytes
 * @returns bytes of the key; 0 when the hello does not fit or cannot be read
 */
export function clientHelloKey(body: Uint8Array, dtls: boolean, key: Uint8Array): number {
  const total = body.length;
  if (total <= SESSION_ID_OFFSET) return 0;
  let offset = SESSION_ID_OFFSET + 1 + body[SESSION_ID_OFFSET]!;
  if (dtls) offset += 1 + (offset < total ? body[offset]! : 0);
  if (offset + 2 > total) return 0;
  const ciphers = 2 + uint16(body, offset);
  const compression = offset + ciphers;
  if (compression + 1 > total) return 0;
  const extensions = compression + 1 + body[compression]!;
  if (extensions > total) return 0;
  key[0] = body[0]!;
  key[1] = body[1]!;
  key[2] = body[SESSION_ID_OFFSET]!;
  let length = put(key, 3, body, offset, ciphers);
  if (total - extensions < 2 || length === 0) return length;
  const end = Math.min(total, extensions + 2 + uint16(body, extensions));
  for (let at = extensions + 2; end - at >= 4;) {
    const type = uint16(body, at);
    const from = at + 4;
    at = from + uint16(body, at + 2);
    // What is said to go past the end ends there.
    const size = Math.min(at, end) - from;
    if (length + 4 > key.length) return 0;
    key[length] = type >> 8;
    key[length + 1] = type;
    key[length + 2] = size >> 8;
    key[length + 3] = size;
    length += 4;
    if (type >= IS_READ.length || IS_READ[type] === 0) continue;
    length = put(key, length, body, from, size);
    if (length === 0) return 0;
  }
  return length;
}

/** @returns where the key goes on; 0 when it is full */
function put(key: Uint8Array, at: number, body: Uint8Array, from: number, size: number): number {
  if (at + size > key.length) return 0;
  for (let index = 0; index < size; index++) key[at + index] = body[from + index]!;
  return at + size;
}

function uint16(bytes: Uint8Array, offset: number): number {
  return bytes[offset]! << 8 | bytes[offset + 1]!;
}
