/** Recognises the first TLS record of either side (RFC 8446 5.1 and 4). */

/** What may start at a place: a record, none, or as yet a beginning of one. */
export type TlsStart = "tls" | "incomplete" | "no";

/** ContentType handshake and alert (RFC 8446 5.1). */
export const HANDSHAKE = 0x16;
export const ALERT = 0x15;

/** Record header (5), type and length of a handshake message (4), and its version (2). */
export const TLS_START_LENGTH = 11;

/** Header (2), type, version (2), and three lengths; of these the header is not counted. */
const SSL2_START_LENGTH = 11;
const SSL2_FIXED_LENGTH = 9;

/** Says that the header has two bytes. */
const SSL2_TWO_BYTE_HEADER = 0x8000;

const RECORD_HEADER_LENGTH = 5;
const CLIENT_HELLO = 1;
const SERVER_HELLO = 2;

/** A record may have 2^14 bytes, and 2048 more while old versions are negotiated (RFC 5246 6.2.3). */
const MAX_RECORD_LENGTH = 16384 + 2048;

/** Versions 3.0 to 3.4: TLS 1.3 and its drafts write 3.1 or 3.3. */
const MAX_MINOR_VERSION = 4;

/**
 * Tells whether a record with the start of a ClientHello stands at `at`: eleven bytes of which
 * hardly any may differ. Of a record that cuts the hello into small pieces only its own bytes count.
 */
export function clientHelloAt(bytes: Uint8Array, at: number, end = bytes.length): TlsStart {
  return helloAt(bytes, at, end, CLIENT_HELLO);
}

/** The same for a server's first record: a ServerHello, or an alert in its place. */
export function serverRecordAt(bytes: Uint8Array, at: number, end = bytes.length): TlsStart {
  return bytes[at] === ALERT && at < end
    ? alertAt(bytes, at, end)
    : helloAt(bytes, at, end, SERVER_HELLO);
}

/**
 * The same for the hello of SSL 2.0 by which old clients ask for TLS (RFC 5246 E.2). Its lengths have to
 * add up, and its version to be 3.x: to an older one no server answers in records of TLS.
 */
export function ssl2HelloAt(bytes: Uint8Array, at: number, end = bytes.length): TlsStart {
  const available = Math.min(end - at, SSL2_START_LENGTH);
  for (let index = 0; index < available; index++) {
    if (!ssl2ByteFits(bytes[at + index]!, index)) return "no";
  }
  if (available < SSL2_START_LENGTH) return "incomplete";
  const uint16 = (offset: number) => bytes[at + offset]! * 256 + bytes[at + offset + 1]!;
  const [ciphers, sessionId, challenge] = [uint16(5), uint16(7), uint16(9)];
  const length = uint16(0) - SSL2_TWO_BYTE_HEADER;
  const sizes = ciphers > 0 && ciphers % 3 === 0 && sessionId <= 32 && challenge <= 32;
  return sizes && length === SSL2_FIXED_LENGTH + ciphers + sessionId + challenge ? "tls" : "no";
}

/** Byte `index` of such a hello. */
function ssl2ByteFits(byte: number, index: number): boolean {
  switch (index) {
    case 0:
      return byte >= 0x80;
    case 2:
      return byte === CLIENT_HELLO;
    case 3:
      return byte === 3;
    case 4:
      return byte <= MAX_MINOR_VERSION;
    default:
      return true;
  }
}

function helloAt(bytes: Uint8Array, at: number, end: number, type: number): TlsStart {
  const available = Math.min(end - at, TLS_START_LENGTH);
  let length = TLS_START_LENGTH;
  for (let index = 0; index < available && index < length; index++) {
    if (!helloByteFits(bytes[at + index]!, index, type)) return "no";
    if (index !== RECORD_HEADER_LENGTH - 1) continue;
    const recordLength = bytes[at + 3]! * 256 + bytes[at + 4]!;
    if (recordLength === 0 || recordLength > MAX_RECORD_LENGTH) return "no";
    length = Math.min(length, RECORD_HEADER_LENGTH + recordLength);
  }
  return available >= length ? "tls" : "incomplete";
}

/** Byte `index` of a record that starts a hello. */
function helloByteFits(byte: number, index: number, type: number): boolean {
  switch (index) {
    case 0:
      return byte === HANDSHAKE;
    case 1:
    case 9:
      return byte === 3;
    case 2:
    case 10:
      return byte <= MAX_MINOR_VERSION;
    case 5:
      return byte === type;
    case 6: // No hello has 64 KiB.
      return byte === 0;
    default:
      return true;
  }
}

/** An alert record: level 1 or 2, and a description (RFC 8446 6). */
function alertAt(bytes: Uint8Array, at: number, end: number): TlsStart {
  for (let index = 0; index < 6 && at + index < end; index++) {
    const byte = bytes[at + index]!;
    if (
      index === 1 && byte !== 3 ||
      index === 2 && byte > MAX_MINOR_VERSION ||
      index === 3 && byte !== 0 ||
      index === 4 && byte !== 2 ||
      index === 5 && byte !== 1 && byte !== 2
    ) return "no";
  }
  return end - at >= 7 ? "tls" : "incomplete";
}
