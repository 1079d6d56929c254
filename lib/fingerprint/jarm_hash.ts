/** From the ten answers of a server to its JARM (Salesforce, BSD-3). */
import { sha256Hex } from "../hash.ts";
import { JARM_CIPHER_SUITES } from "./jarm_hello.ts";

/** What one hello brought: `cipher|version|alpn|ext-ext-...`, all in hexadecimal but the ALPN. */
export type JarmAnswer = string;

/** The answer of a server that sent an alert, nothing, or something else than a ServerHello. */
export const NO_ANSWER: JarmAnswer = "|||";

/** The JARM of a server that answered none of the hellos. */
export const EMPTY_JARM: string = "0".repeat(62);

const HANDSHAKE = 22;
const SERVER_HELLO = 2;
const RECORD_HEADER = 5;

/** Offset of the session id's length: record header 5, handshake header 4, version 2, random 32. */
const SESSION_ID_LENGTH = 43;

/** Bytes that the reference looks at beyond a ServerHello without extensions. */
const LOOK_AHEAD = 85;

/** What the reference reads of an answer: one recv() of that size. */
const MAX_ANSWER = 1484;

/**
 * How many bytes decide the answer: up to the end of the ServerHello, and a little more where the
 * reference looks into what follows it. Waiting for no more than that gives a server that dribbles
 * its true hash without the whole certificate having to arrive.
 *
 * @param bytes what arrived so far
 * @returns the length to read up to, or undefined while that cannot be told
 */
export function jarmAnswerLength(bytes: Uint8Array): number | undefined {
  if (bytes.length < 9) return undefined;
  const recordEnd = RECORD_HEADER + uint16(bytes, 3);
  const helloEnd = RECORD_HEADER + 4 + (bytes[6]! << 16 | uint16(bytes, 7));
  if (bytes[0] === HANDSHAKE && bytes[5] === SERVER_HELLO && recordEnd >= 9) {
    if (helloEnd > recordEnd) return endOfRecords(bytes, recordEnd, helloEnd - recordEnd);
  }
  return Math.min(recordEnd, Math.max(helloEnd + 1, LOOK_AHEAD), MAX_ANSWER);
}

/**
 * The end of the record that brings the last of a ServerHello which the first one did not hold. The
 * reference knows of one record and reads on into those behind it, headers and all.
 *
 * @param missing bytes of the hello that come after `end`
 */
function endOfRecords(bytes: Uint8Array, end: number, missing: number): number | undefined {
  while (missing > 0 && end < MAX_ANSWER) {
    if (bytes.length < end + RECORD_HEADER) return undefined;
    if (bytes[end] !== HANDSHAKE) return end;
    const length = uint16(bytes, end + 3);
    end += RECORD_HEADER + length;
    missing -= length;
  }
  return Math.min(end, MAX_ANSWER);
}

/**
 * Reads what the reference tool reads out of a server's answer.
 *
 * @param record the first record, and those that its ServerHello goes on in: at least
 *   {@linkcode jarmAnswerLength} bytes unless the server sent fewer
 */
export function parseJarmAnswer(record: Uint8Array): JarmAnswer {
  if (record[0] !== HANDSHAKE || record[5] !== SERVER_HELLO) return NO_ANSWER;
  const sessionIdLength = record[SESSION_ID_LENGTH];
  if (sessionIdLength === undefined) return NO_ANSWER;
  const cipherAt = SESSION_ID_LENGTH + 1 + sessionIdLength;
  if (record.length < cipherAt + 2) return NO_ANSWER;
  const cipher = hex16(record, cipherAt);
  const version = hex16(record, 9);
  const rest = extensionPart(record, sessionIdLength);
  return rest === undefined ? NO_ANSWER : `${cipher}|${version}|${rest}`;
}

/**
 * The `alpn|extensions` part: `|` where the reference sees no extensions, undefined where it runs
 * out of bytes and gives up the whole answer.
 */
function extensionPart(record: Uint8Array, sessionIdLength: number): string | undefined {
  const lengthAt = 47 + sessionIdLength;
  if (endsWithoutExtensions(record, lengthAt)) return "|";
  const end = lengthAt + 2 + uint16(record, lengthAt);
  const types: string[] = [];
  let alpn: string | undefined;
  let offset = lengthAt + 2;
  while (offset < end - 1) {
    if (offset + 4 > record.length) return undefined;
    const type = hex16(record, offset);
    const length = uint16(record, offset + 2);
    // The value of an ALPN extension: list length 2, name length 1, then the chosen name.
    if (type === "0010") alpn ??= utf8(record.subarray(offset + 7, offset + 4 + length));
    types.push(type);
    offset += 4 + length;
  }
  return `${alpn ?? ""}|${types.join("-")}`;
}

/**
 * The reference's tests for a ServerHello without extensions: the byte after the compression
 * method is the type of a Certificate message, the next record is a Certificate of one of two
 * common lengths, or the record ends there.
 */
function endsWithoutExtensions(record: Uint8Array, lengthAt: number): boolean {
  return record[lengthAt] === 0x0b ||
    startsAt(record, lengthAt + 3, 0x0e, 0xac, 0x0b) ||
    startsAt(record, 82, 0x0f, 0xf0, 0x0b) ||
    lengthAt - 5 >= uint16(record, 3) ||
    lengthAt + 2 > record.length;
}

function startsAt(bytes: Uint8Array, offset: number, ...expected: number[]): boolean {
  return expected.every((byte, index) => bytes[offset + index] === byte);
}

function uint16(bytes: Uint8Array, offset: number): number {
  return bytes[offset]! << 8 | bytes[offset + 1]!;
}

function hex16(bytes: Uint8Array, offset: number): string {
  return uint16(bytes, offset).toString(16).padStart(4, "0");
}

const decoder = new TextDecoder();

function utf8(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** 1-based place of each suite in the reference's fixed list: ascending, TLS 1.3 suites last. */
const CIPHER_INDEX: ReadonlyMap<string, number> = new Map(
  JARM_CIPHER_SUITES
    .map((suite) => suite.toString(16).padStart(4, "0"))
    .sort((a, b) => Number(isTls13(a)) - Number(isTls13(b)) || (a < b ? -1 : 1))
    .map((suite, index) => [suite, index + 1]),
);

function isTls13(suite: string): boolean {
  return suite.startsWith("13");
}

/**
 * The 62-character JARM of ten answers: for each the cipher's place in the list (2 hex digits) and
 * a letter for the version, then 32 hex digits of SHA-256 over all ALPNs and extension lists.
 */
export function jarmHash(answers: readonly JarmAnswer[]): string {
  if (answers.every((answer) => answer === NO_ANSWER)) return EMPTY_JARM;
  let choices = "";
  let rest = "";
  for (const answer of answers) {
    const { cipher, version, alpn, extensions } = splitAnswer(answer);
    choices += cipherDigits(cipher) + versionLetter(version);
    rest += alpn + extensions;
  }
  return choices + sha256Hex(rest).slice(0, 32);
}

/** An ALPN may hold a `|` of its own, so the parts are cut off from both ends. */
function splitAnswer(answer: JarmAnswer) {
  const first = answer.indexOf("|");
  const second = answer.indexOf("|", first + 1);
  const last = answer.lastIndexOf("|");
  return {
    cipher: answer.slice(0, first),
    version: answer.slice(first + 1, second),
    alpn: answer.slice(second + 1, last),
    extensions: answer.slice(last + 1),
  };
}

function cipherDigits(cipher: string): string {
  if (cipher === "") return "00";
  const index = CIPHER_INDEX.get(cipher) ?? CIPHER_INDEX.size + 1;
  return index.toString(16).padStart(2, "0");
}

/** a for SSL 3.0, b for TLS 1.0, ... by the last digit of the version; 0 for none. */
function versionLetter(version: string): string {
  return "abcdef"[Number(version[3] ?? NaN)] ?? "0";
}
