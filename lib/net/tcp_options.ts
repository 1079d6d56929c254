/** The options of a TCP header, as far as a SYN or a SYN-ACK tells its sender by them. */

/** Option kinds (IANA TCP parameters; RFC 9293 3.1, RFC 7323, RFC 2018). */
export const TCP_OPTION = {
  end: 0,
  nop: 1,
  mss: 2,
  windowScale: 3,
  sackPermitted: 4,
  sack: 5,
  timestamps: 8,
} as const;

/** Bytes of options that fit behind the 20 fixed bytes (4-bit data offset, RFC 9293 3.1). */
const MAX_OPTION_BYTES = 40;

/** Fixed part of a TCP header (RFC 9293 3.1). */
const FIXED_HEADER = 20;

/** Letters of the kinds in {@linkcode optionLetters}. */
const LETTERS: readonly (string | undefined)[] = ["E", "N", "M", "W", "S", "K", , , "T"];

/**
 * What a list of options says. One object is filled again and again by {@linkcode parseTcpOptions}:
 * its fields hold until the next call.
 */
export class TcpOptions {
  /**
   * Kinds in the order in which they were sent, `count` of them. Behind an end of list come the bytes
   * that fill the header up, one kind 0 for each, as Wireshark lists them.
   */
  readonly kinds = new Uint8Array(MAX_OPTION_BYTES);
  count = 0;
  /** Kinds up to the first end of list, that one included. */
  layoutCount = 0;
  /** Maximum segment size; -1 without a well-formed one. */
  mss = -1;
  /** Shift count as sent, also one over 14; -1 without a well-formed option. */
  windowScale = -1;
  sackPermitted = false;
  /** TSval and TSecr (RFC 7323 3.2), unsigned; -1 without a well-formed option. */
  timestamp = -1;
  timestampEcho = -1;
  /** An option has the wrong length for its kind, or ends behind the header. */
  malformed = false;
  /** Kind of the option that ends behind the header, which is not among `kinds`; else -1. */
  brokenKind = -1;
  /** Bytes behind the first end of list. */
  paddingBytes = 0;
  /** One of these is not zero. */
  paddingSet = false;

  /** Back to an empty list. */
  reset(): void {
    this.count = 0;
    this.layoutCount = 0;
    this.mss = -1;
    this.windowScale = -1;
    this.sackPermitted = false;
    this.timestamp = -1;
    this.timestampEcho = -1;
    this.malformed = false;
    this.brokenKind = -1;
    this.paddingBytes = 0;
    this.paddingSet = false;
  }
}

/** The fields of a packet that lead to its TCP options; `Packet` has them all. */
export interface TcpHeaderPlace {
  readonly bytes: Uint8Array;
  readonly l4Offset: number;
  readonly l4Length: number;
  readonly tcpHeaderLength: number;
}

/**
 * Fills `options` from a packet with a TCP header. False when the capture cut the header off: what is
 * left of the options says nothing sure, and `options` is empty.
 */
export function readTcpOptions(options: TcpOptions, packet: TcpHeaderPlace): boolean {
  const { bytes, l4Offset, l4Length, tcpHeaderLength } = packet;
  if (tcpHeaderLength > l4Length) {
    options.reset();
    return false;
  }
  parseTcpOptions(options, bytes, l4Offset + FIXED_HEADER, tcpHeaderLength - FIXED_HEADER);
  return true;
}

/** Fills `options` from the `length` bytes at `offset`, the options part of a TCP header. */
export function parseTcpOptions(
  options: TcpOptions,
  bytes: Uint8Array,
  offset: number,
  length: number,
): void {
  options.reset();
  const end = Math.min(offset + Math.min(length, MAX_OPTION_BYTES), bytes.length);
  let at = offset;
  while (at < end) {
    const kind = bytes[at]!;
    if (kind === TCP_OPTION.end) {
      options.kinds[options.count++] = kind;
      options.layoutCount = options.count;
      readPadding(options, bytes, at + 1, end);
      return;
    }
    if (kind === TCP_OPTION.nop) {
      options.kinds[options.count++] = kind;
      at++;
      continue;
    }
    const size = at + 1 < end ? bytes[at + 1]! : 0;
    if (size < 2 || at + size > end) {
      options.malformed = true;
      options.brokenKind = kind;
      break;
    }
    options.kinds[options.count++] = kind;
    readOption(options, kind, size, bytes, at + 2);
    at += size;
  }
  options.layoutCount = options.count;
}

/**
 * The order of the options in letters, say `M,S,T,N,W`: M maximum segment size, N no operation,
 * W window scale, S SACK permitted, T timestamps, K SACK, E end of list; `?30` for any other kind.
 */
export function optionLetters(options: TcpOptions): string {
  let letters = "";
  for (let index = 0; index < options.layoutCount; index++) {
    const kind = options.kinds[index]!;
    letters += (index === 0 ? "" : ",") + (LETTERS[kind] ?? `?${kind}`);
  }
  return letters;
}

function readPadding(options: TcpOptions, bytes: Uint8Array, start: number, end: number): void {
  options.paddingBytes = end - start;
  for (let at = start; at < end; at++) {
    if (bytes[at] !== 0) {
      options.paddingSet = true;
      return;
    }
    options.kinds[options.count++] = TCP_OPTION.end;
  }
}

/** The value of one option, whose `size` bytes are all there; `at` is behind kind and length. */
function readOption(
  options: TcpOptions,
  kind: number,
  size: number,
  bytes: Uint8Array,
  at: number,
): void {
  switch (kind) {
    case TCP_OPTION.mss:
      if (size === 4) options.mss = bytes[at]! << 8 | bytes[at + 1]!;
      else options.malformed = true;
      break;
    case TCP_OPTION.windowScale:
      if (size === 3) options.windowScale = bytes[at]!;
      else options.malformed = true;
      break;
    case TCP_OPTION.sackPermitted:
      if (size === 2) options.sackPermitted = true;
      else options.malformed = true;
      break;
    case TCP_OPTION.sack:
      // One to four blocks of eight bytes (RFC 2018 section 3).
      if (size < 10 || size > 34) options.malformed = true;
      break;
    case TCP_OPTION.timestamps:
      if (size === 10) {
        options.timestamp = uint32(bytes, at);
        options.timestampEcho = uint32(bytes, at + 4);
      } else options.malformed = true;
  }
}

function uint32(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24 | bytes[at + 1]! << 16 | bytes[at + 2]! << 8 | bytes[at + 3]!) >>> 0;
}
