/** Long headers of QUIC packets (RFC 9000 17.2; RFC 8999 for what holds in all versions). */
import { ByteReader } from "../bytes.ts";
import { type InitialStyle, initialStyle } from "./version.ts";

/** A packet with a long header, of a version that is known, by its unprotected part. */
export interface LongHeader {
  readonly kind: "initial" | "retry" | "other";
  readonly version: number;
  readonly style: InitialStyle;
  /** View of the destination connection ID. */
  readonly destination: Uint8Array;
  /** View of the source connection ID. */
  readonly source: Uint8Array;
  /** Where the packet begins. */
  readonly start: number;
  /** Where the protected packet number begins; where the token does in a Retry. */
  readonly numberOffset: number;
  /** Where the packet ends and the next one of the datagram begins. */
  readonly end: number;
}

const LONG_FORM = 0x80;
const FIXED_BIT = 0x40;

/** RFC 9000 17.2: longer ones are not allowed in the versions that are read here. */
const MAX_CONNECTION_ID_LENGTH = 20;

/** Fixed fields, a packet number, a sample for header protection (RFC 9001 5.4.2). */
const SHORTEST_INITIAL = 9 + 4 + 16;

/** Packets of one datagram that are looked at; a client has three types to send. */
const MAX_COALESCED = 8;

/** Long packet types below Retry, which carry a Length; Initial has a Token before it. */
const INITIAL = "initial";

/**
 * True when the datagram `bytes[offset, offset + length)` may hold an Initial packet of a known
 * version: first of all, or behind packets of other types. Cheap enough for every UDP packet.
 */
export function looksLikeInitial(bytes: Uint8Array, offset: number, length: number): boolean {
  if (length < SHORTEST_INITIAL || bytes[offset]! < (LONG_FORM | FIXED_BIT)) return false;
  if (bytes[offset + 5]! > MAX_CONNECTION_ID_LENGTH) return false;
  const style = initialStyle(readVersion(bytes, offset));
  if (style === undefined) return false;
  return packetType(bytes[offset]!) === style.initialType ||
    hasLaterInitial(bytes, offset, offset + length);
}

/** True when an Initial comes behind the packet at `offset`: the order is advice (RFC 9000 12.2). */
function hasLaterInitial(bytes: Uint8Array, offset: number, end: number): boolean {
  for (let at = offset, packets = 0; at < end && packets < MAX_COALESCED; packets++) {
    const header = parseLongHeader(bytes, at, end);
    if (header === undefined) return false;
    if (header.kind === INITIAL) return true;
    at = header.end;
  }
  return false;
}

/**
 * Reads the long header at `offset`; undefined when there is none, its version is not known, or
 * the packet goes past `end`.
 */
export function parseLongHeader(
  bytes: Uint8Array,
  offset: number,
  end: number,
): LongHeader | undefined {
  const reader = new ByteReader(bytes, offset, end);
  const first = reader.u8();
  const version = reader.u32();
  const destination = reader.vector(1);
  const source = reader.vector(1);
  if (reader.failed || (first & LONG_FORM) === 0) return undefined;
  if (Math.max(destination.length, source.length) > MAX_CONNECTION_ID_LENGTH) return undefined;
  const style = initialStyle(version);
  if (style === undefined) return undefined;
  const type = packetType(first);
  const kind = type === style.initialType ? INITIAL : type === style.retryType ? "retry" : "other";
  const common = { kind, version, style, destination, source, start: offset } as const;
  if (kind === "retry") return { ...common, numberOffset: reader.offset, end };
  if (kind === INITIAL) reader.take(readVarint(reader));
  const length = readVarint(reader);
  const numberOffset = reader.offset;
  reader.take(length);
  return reader.failed ? undefined : { ...common, numberOffset, end: numberOffset + length };
}

/**
 * Reads a variable-length integer (RFC 9000 16). Of those with eight bytes, values from 2^53 up
 * lose their last digits, and are too large for anything here in any case.
 */
export function readVarint(reader: ByteReader): number {
  const first = reader.u8();
  const value = first & 0x3f;
  switch (first >> 6) {
    case 0:
      return value;
    case 1:
      return value * 2 ** 8 + reader.u8();
    case 2:
      return value * 2 ** 24 + reader.u24();
    default:
      return (value * 2 ** 24 + reader.u24()) * 2 ** 32 + reader.u32();
  }
}

function packetType(first: number): number {
  return first >> 4 & 3;
}

function readVersion(bytes: Uint8Array, offset: number): number {
  return (bytes[offset + 1]! << 24 | bytes[offset + 2]! << 16 | bytes[offset + 3]! << 8 |
    bytes[offset + 4]!) >>> 0;
}
