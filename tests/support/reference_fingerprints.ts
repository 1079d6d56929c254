/**
 * Fingerprints by their specifications, computed a second time from plain lists, so that tests compare
 * the product with something that is not the product. Nothing here may come from lib/.
 */
import { createHash } from "node:crypto";

/** The lists of a ClientHello, in wire order with GREASE. */
export interface HelloLists {
  /** client_version. */
  readonly version: number;
  readonly ciphers: readonly number[];
  readonly extensions: readonly number[];
  readonly groups?: readonly number[];
  readonly formats?: readonly number[];
  /** Of extension 13. */
  readonly signatures?: readonly number[];
  /** Of extension 43. */
  readonly versions?: readonly number[];
  /** Names of extension 16. */
  readonly protocols?: readonly Uint8Array[];
}

/** The lists of a ServerHello. */
export interface ServerLists {
  /** server_version. */
  readonly version: number;
  /** What extension 43 chose. */
  readonly chosen?: number;
  readonly cipher: number;
  readonly extensions: readonly number[];
  /** The protocol in extension 16. */
  readonly protocol?: Uint8Array;
}

/** RFC 8701: sixteen values, spelt out. */
const GREASE = new Set("0123456789abcdef".split("").map((d) => Number(`0x${d}a${d}a`)));

const VERSIONS = new Map([
  [0x0304, "13"],
  [0x0303, "12"],
  [0x0302, "11"],
  [0x0301, "10"],
  [0x0300, "s3"],
  [0x0002, "s2"],
  [0xfeff, "d1"],
  [0xfefd, "d2"],
  [0xfefc, "d3"],
]);

/** Text is Latin-1: a byte a character. */
function digest(algorithm: "md5" | "sha256", text: string): string {
  return createHash(algorithm).update(text, "latin1").digest("hex");
}

/** The first twelve digits of SHA-256; zeros for nothing. */
export function twelve(text: string): string {
  return text.length === 0 ? "000000000000" : digest("sha256", text).substring(0, 12);
}

function real(numbers: readonly number[] = []): number[] {
  return numbers.filter((number) => !GREASE.has(number));
}

function hex(number: number): string {
  return `000${number.toString(16)}`.slice(-4);
}

function two(count: number): string {
  return count > 99 ? "99" : count < 10 ? `0${count}` : `${count}`;
}

/** JA3 string: what the MD5 is taken of. */
export function referenceJa3Text(lists: HelloLists): string {
  const { version, ciphers, extensions, groups = [], formats = [] } = lists;
  const parts = [[version], real(ciphers), real(extensions), real(groups), formats];
  return parts.map((part) => part.join("-")).join(",");
}

/** JA3. */
export function referenceJa3(lists: HelloLists): string {
  return digest("md5", referenceJa3Text(lists));
}

/** JA3S string. */
export function referenceJa3sText({ version, cipher, extensions }: ServerLists): string {
  return `${version},${cipher},${extensions.join("-")}`;
}

/** JA3S. */
export function referenceJa3s(lists: ServerLists): string {
  return digest("md5", referenceJa3sText(lists));
}

/** The two characters of JA4 for an ALPN protocol. */
export function referenceAlpn(protocol: Uint8Array | undefined): string {
  if (protocol === undefined || protocol.length === 0) return "00";
  const bytes = [...protocol];
  const ends = [bytes[0]!, bytes[bytes.length - 1]!].map((byte) => String.fromCharCode(byte));
  if (ends.every((character) => /^[0-9A-Za-z]$/.test(character))) return ends.join("");
  const digits = bytes.map((byte) => hex(byte).slice(2)).join("");
  return digits[0]! + digits[digits.length - 1]!;
}

/** JA4 before hashing: part a, ciphers, extensions with signature algorithms. */
export function referenceJa4Parts(
  lists: HelloLists,
  transport: "t" | "q" | "d",
): readonly [string, string, string] {
  const { version, versions = [], protocols = [] } = lists;
  const offered = real(versions);
  // Numbers of DTLS versions count down.
  offered.sort((a, b) => transport === "d" ? b - a : a - b);
  const newest = offered.length === 0 ? version : offered[offered.length - 1]!;
  const extensions = real(lists.extensions);
  const ciphers = real(lists.ciphers);
  const start = [
    transport,
    VERSIONS.get(newest) ?? "00",
    extensions.includes(0) ? "d" : "i",
    two(ciphers.length),
    two(extensions.length),
    referenceAlpn(protocols[0]),
  ].join("");
  const listed = extensions.filter((type) => type !== 0 && type !== 16).map(hex).sort().join(",");
  const signatures = real(lists.signatures).map(hex).join(",");
  return [
    start,
    ciphers.map(hex).sort().join(","),
    signatures === "" ? listed : `${listed}_${signatures}`,
  ];
}

/** JA4. */
export function referenceJa4(lists: HelloLists, transport: "t" | "q" | "d"): string {
  const [start, ciphers, extensions] = referenceJa4Parts(lists, transport);
  return [start, twelve(ciphers), twelve(extensions)].join("_");
}

/** JA4S. */
export function referenceJa4s(lists: ServerLists, transport: "t" | "q" | "d"): string {
  const { version, chosen = version, cipher, protocol } = lists;
  const extensions = real(lists.extensions);
  const start = transport + (VERSIONS.get(chosen) ?? "00") + two(extensions.length) +
    referenceAlpn(protocol);
  return [start, hex(cipher), twelve(extensions.map(hex).join(","))].join("_");
}

/** JA4X of a certificate, by the DER contents of its object identifiers in hexadecimal. */
export function referenceJa4x(
  issuer: readonly string[],
  subject: readonly string[],
  extensions: readonly string[],
): string {
  return [issuer, subject, extensions].map((oids) => twelve(oids.join(","))).join("_");
}

/** HASSH or HASSHServer of the four lists that it covers. */
export function referenceHassh(lists: readonly string[]): string {
  return digest("md5", lists.join(";"));
}

/** What JA4H takes of a request, as its sender wrote it. */
export interface RequestLists {
  /** Two letters. */
  readonly method: string;
  /** Two digits. */
  readonly version: string;
  /** Names in order, without those of Cookie and Referer. */
  readonly names: readonly string[];
  /** Four characters. */
  readonly language?: string;
  readonly referer?: boolean;
  /** `name=value`, already in the order of their names; undefined without a header for them. */
  readonly cookies?: readonly string[];
}

/** JA4H. */
export function referenceJa4h(lists: RequestLists): string {
  const { method, version, names, language = "0000", referer = false, cookies } = lists;
  const start = method + version + (cookies === undefined ? "n" : "c") + (referer ? "r" : "n") +
    two(names.length) + language;
  const list = digest("sha256", names.join(",")).substring(0, 12);
  const keys = (cookies ?? []).map((cookie) => cookie.split("=")[0]!);
  return [start, list, twelve(keys.join(",")), twelve((cookies ?? []).join(","))].join("_");
}
