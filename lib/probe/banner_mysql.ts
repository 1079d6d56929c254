/** The first packet of a MySQL or MariaDB server. */
import { ByteReader } from "../bytes.ts";
import { latin1 } from "../text/latin1.ts";

/** A handshake, or an error in its place. */
export type MysqlGreeting =
  | {
    readonly kind: "handshake";
    /** 10 since MySQL 3.21, 9 before. */
    readonly protocol: number;
    /** As sent: `8.0.36`, `5.5.5-10.11.6-MariaDB-0+deb12u1`. */
    readonly version: string;
    /** Of the default account; undefined before MySQL 5.5.7. */
    readonly authPlugin: string | undefined;
  }
  | { readonly kind: "error"; readonly code: number; readonly message: string };

/** Bytes before the payload: its length in three, a sequence number. */
const HEADER = 4;

/** Longest payload that is taken for a greeting; real ones have about 80 to 120 bytes. */
const MAX_PAYLOAD = 1024;

/** First byte of an error packet. */
const ERROR = 0xff;

/** Capability CLIENT_PLUGIN_AUTH: the name of an authentication plugin is at the end. */
const PLUGIN_AUTH = 0x0008_0000;

/**
 * Reads the greeting at the start of `bytes` (MySQL's page "Connection Phase Packets"); undefined
 * when it is none, or not yet whole.
 */
export function parseMysqlGreeting(bytes: Uint8Array): MysqlGreeting | undefined {
  const length = mysqlGreetingLength(bytes);
  if (length === undefined || bytes.length < length) return undefined;
  const payload = bytes.subarray(HEADER, length);
  return payload[0] === ERROR ? parseError(payload) : parseHandshake(payload);
}

/** Bytes of the greeting that `bytes` open with, as they claim; undefined when they do not. */
export function mysqlGreetingLength(bytes: Uint8Array): number | undefined {
  const [low, middle, high, sequence, first] = bytes;
  if (first === undefined || high !== 0 || sequence !== 0) return undefined;
  const payload = low! + 256 * middle!;
  if (payload > MAX_PAYLOAD || payload < 3) return undefined;
  return first === ERROR || first === 9 || first === 10 ? HEADER + payload : undefined;
}

function parseError(payload: Uint8Array): MysqlGreeting {
  // Integers are little-endian. Before the handshake there is no SQL state, though some send one.
  const code = payload[1]! + 256 * payload[2]!;
  const message = latin1(payload.subarray(3)).replace(/^#[0-9A-Z]{5}/, "");
  return { kind: "error", code, message };
}

function parseHandshake(payload: Uint8Array): MysqlGreeting | undefined {
  const versionEnd = payload.indexOf(0, 1);
  const version = versionEnd < 0 ? "" : latin1(payload, 1, versionEnd);
  if (!/^[\x20-\x7e]{1,128}$/.test(version)) return undefined;
  return {
    kind: "handshake",
    protocol: payload[0]!,
    version,
    authPlugin: payload[0] === 10 ? authPlugin(payload, versionEnd + 1) : undefined,
  };
}

function authPlugin(payload: Uint8Array, offset: number): string | undefined {
  const reader = new ByteReader(payload, offset);
  reader.take(4 + 8 + 1); // thread, first part of the challenge, filler
  const low = reader.take(2);
  reader.take(1 + 2); // character set, status
  const high = reader.take(2);
  const challengeLength = reader.u8();
  reader.take(10);
  reader.take(Math.max(13, challengeLength - 8));
  const capabilities = (low[0] ?? 0) + ((low[1] ?? 0) << 8) + ((high[0] ?? 0) << 16);
  if (reader.failed || (capabilities & PLUGIN_AUTH) === 0) return undefined;
  const name = latin1(reader.rest()).replace(/\0.*$/s, "");
  return /^[\x21-\x7e]{1,64}$/.test(name) ? name : undefined;
}
