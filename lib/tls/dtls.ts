/** Puts the plain handshake messages of DTLS together (RFC 6347, RFC 9147, RFC 4347). */
import { CONTENT_TYPE, HANDSHAKE_TYPE } from "./constants.ts";
import { FragmentBuffer, MAX_FRAGMENT_BYTES } from "./fragment_buffer.ts";

/** One handshake message, without the fragmentation of DTLS. */
export interface DtlsMessage {
  readonly type: number;
  /** A copy of what follows the message header: {@linkcode parseClientHello} in the DTLS form. */
  readonly body: Uint8Array;
  /** message_seq: 1 in the second ClientHello, which brings a cookie back. */
  readonly sequence: number;
}

/** type, version, epoch, sequence_number, length (RFC 6347 4.1). */
const RECORD_HEADER_LENGTH = 13;

/** msg_type, length, message_seq, fragment_offset, fragment_length (RFC 6347 4.2.2). */
const MESSAGE_HEADER_LENGTH = 12;

/** A record's payload may exceed 2^14 by 2048 bytes (RFC 6347 4.1). */
const MAX_PAYLOAD_LENGTH = 2 ** 14 + 2048;

/** A whole handshake has about a dozen messages; more cannot be told apart in one bit mask. */
const MAX_SEQUENCE = 31;

/** Messages of one side that may be incomplete at the same time. */
const MAX_INCOMPLETE = 4;

/** client_version and random. */
const HELLO_IDENTITY_LENGTH = 34;

/**
 * True when a datagram begins with a plain DTLS record of a handshake, whole or cut off by the
 * capture.
 */
export function looksLikeDtlsHandshake(
  bytes: Uint8Array,
  offset: number,
  length: number,
): boolean {
  return length > RECORD_HEADER_LENGTH + MESSAGE_HEADER_LENGTH &&
    bytes[offset] === CONTENT_TYPE.handshake &&
    isDtlsVersion(bytes[offset + 1]!, bytes[offset + 2]!) &&
    bytes[offset + 3] === 0 && bytes[offset + 4] === 0 &&
    uint16(bytes, offset + 11) > MESSAGE_HEADER_LENGTH &&
    uint16(bytes, offset + 11) <= MAX_PAYLOAD_LENGTH;
}

/**
 * The plain handshake messages of one pair of endpoints, however they are cut into fragments,
 * records and datagrams. What is sent again is given once; a ClientHello with another random begins
 * a new handshake. Memory is bounded whatever arrives.
 */
export class DtlsHandshake {
  readonly #client = new Side();
  readonly #server = new Side();
  /** Version and random of the last ClientHello. */
  #identity = "";

  /** Bytes of memory that are held. */
  get held(): number {
    return this.#client.held + this.#server.held;
  }

  /** Reads the datagram `bytes[offset, offset + length)`; gives the messages that it completes. */
  push(
    bytes: Uint8Array,
    fromClient: boolean,
    offset = 0,
    length: number = bytes.length - offset,
  ): DtlsMessage[] {
    const messages: DtlsMessage[] = [];
    const end = Math.min(bytes.length, offset + length);
    const side = fromClient ? this.#client : this.#server;
    let at = offset;
    while (end - at >= RECORD_HEADER_LENGTH) {
      if (!isDtlsVersion(bytes[at + 1]!, bytes[at + 2]!)) break;
      const start = at + RECORD_HEADER_LENGTH;
      const plain = bytes[at + 3] === 0 && bytes[at + 4] === 0;
      const type = bytes[at];
      at = start + uint16(bytes, at + 11);
      if (type === CONTENT_TYPE.handshake && plain) {
        this.#readRecord(bytes, start, Math.min(at, end), side, messages);
      }
    }
    return messages;
  }

  #readRecord(
    bytes: Uint8Array,
    start: number,
    end: number,
    side: Side,
    messages: DtlsMessage[],
  ): void {
    let at = start;
    while (end - at >= MESSAGE_HEADER_LENGTH) {
      const from = at + MESSAGE_HEADER_LENGTH;
      const to = from + uint24(bytes, at + 9);
      if (to > end) return;
      const fragment = {
        type: bytes[at]!,
        length: uint24(bytes, at + 1),
        sequence: uint16(bytes, at + 4),
        offset: uint24(bytes, at + 6),
      };
      const body = side.add(fragment, bytes, from, to);
      if (body !== undefined && this.#isNew(fragment, body, side)) {
        messages.push({ type: fragment.type, body, sequence: fragment.sequence });
      }
      at = to;
    }
  }

  #isNew({ type, sequence }: Fragment, body: Uint8Array, side: Side): boolean {
    if (type === HANDSHAKE_TYPE.clientHello && side === this.#client) {
      const identity = body.subarray(0, HELLO_IDENTITY_LENGTH).toHex();
      if (identity !== this.#identity) {
        this.#identity = identity;
        this.#client.restart();
        this.#server.restart();
      }
    }
    return side.markSeen(sequence);
  }
}

/** The header of a handshake message, without the length of the fragment. */
interface Fragment {
  readonly type: number;
  /** Length of the whole message. */
  readonly length: number;
  readonly sequence: number;
  readonly offset: number;
}

interface Incomplete {
  readonly type: number;
  readonly length: number;
  readonly sequence: number;
  readonly buffer: FragmentBuffer;
}

/** What one endpoint sends. */
class Side {
  /** Bit n is set once the message with message_seq n was given. */
  #seen = 0;
  #incomplete: Incomplete[] = [];

  get held(): number {
    return this.#incomplete.reduce((sum, { buffer }) => sum + buffer.held, 0);
  }

  /** Takes `bytes[from, to)` of a message; gives the body of the message when it is complete. */
  add(
    fragment: Fragment,
    bytes: Uint8Array,
    from: number,
    to: number,
  ): Uint8Array | undefined {
    const { type, length, sequence, offset } = fragment;
    if (length > MAX_FRAGMENT_BYTES || offset + (to - from) > length) return undefined;
    if (sequence > MAX_SEQUENCE) return undefined;
    if (to - from === length) return bytes.slice(from, to);
    const index = this.#incomplete.findIndex((known) =>
      known.sequence === sequence && known.type === type && known.length === length
    );
    const known = this.#incomplete[index] ?? this.#begin(type, length, sequence);
    known.buffer.add(offset, bytes, from, to);
    const body = known.buffer.peek(length);
    if (body !== undefined) this.#incomplete = this.#incomplete.filter((one) => one !== known);
    return body;
  }

  /** False when the message was given before. */
  markSeen(sequence: number): boolean {
    const bit = 1 << sequence;
    if ((this.#seen & bit) !== 0) return false;
    this.#seen |= bit;
    return true;
  }

  /** Forgets which messages were given. */
  restart(): void {
    this.#seen = 0;
  }

  #begin(type: number, length: number, sequence: number): Incomplete {
    const begun = { type, length, sequence, buffer: new FragmentBuffer() };
    if (this.#incomplete.length >= MAX_INCOMPLETE) this.#incomplete.shift();
    this.#incomplete.push(begun);
    return begun;
  }
}

/**
 * 0xfeff, 0xfefd and 0xfefc are DTLS 1.0, 1.2 and 1.3; 0x0100 is what OpenSSL called DTLS 1.0
 * before the standard, and Cisco's clients still do.
 */
function isDtlsVersion(major: number, minor: number): boolean {
  return major === 0xfe ? minor >= 0xfc : major === 1 && minor === 0;
}

function uint16(bytes: Uint8Array, offset: number): number {
  return bytes[offset]! << 8 | bytes[offset + 1]!;
}

function uint24(bytes: Uint8Array, offset: number): number {
  return uint16(bytes, offset) << 8 | bytes[offset + 2]!;
}
