/** Cuts a byte stream into TLS records (RFC 8446 5.1, RFC 5246 6.2.1). */
import { ByteQueue } from "../byte_queue.ts";
import { CONTENT_TYPE } from "./constants.ts";

/** One record as it stood on the wire. */
export interface TlsRecord {
  /** Content type: 20 to 24. */
  readonly type: number;
  /** legacy_record_version; says little about the version that is spoken. */
  readonly version: number;
  /** What the record carries; may be empty. */
  readonly payload: Uint8Array;
}

/** The five bytes of a record's header: the additional data of TLS 1.3 record protection. */
export function recordHeader({ type, version, payload }: TlsRecord): Uint8Array {
  const { length } = payload;
  return Uint8Array.of(type, version >> 8, version & 0xff, length >> 8, length & 0xff);
}

/**
 * Why a stream holds no further record: `not_tls` when the bytes are no record header,
 * `oversized` when the header claims more than a record may carry.
 */
export type RecordFault = "not_tls" | "oversized";

const HEADER_LENGTH = 5;

/** That of SSL 3.0 and of every TLS (RFC 8446 5.1). */
const MAJOR_VERSION = 3;

/** TLSCiphertext may exceed 2^14 by 2048 bytes (RFC 5246 6.2.3; RFC 8446 5.2 allows 256). */
const MAX_PAYLOAD_LENGTH = 2 ** 14 + 2048;

/**
 * Collects bytes as they arrive and gives whole records. Holds at most one record and what the
 * last {@linkcode RecordReader.push} brought, as long as the caller takes every record before it
 * pushes again.
 */
export class RecordReader {
  readonly #pending = new ByteQueue();
  #fault: RecordFault | undefined;

  /** Bytes of memory that are held. */
  get held(): number {
    return this.#pending.held;
  }

  /** Adds bytes that arrived. After a fault they are dropped. */
  push(bytes: Uint8Array): void {
    if (this.#fault === undefined) this.#pending.append(bytes);
  }

  /** As {@linkcode push} without a copy; see {@linkcode ByteQueue.lend}. */
  lend(bytes: Uint8Array): void {
    if (this.#fault === undefined) this.#pending.lend(bytes);
  }

  /** Keeps what was lent and not taken. */
  settle(): void {
    this.#pending.settle();
  }

  /** Drops what was not taken. */
  clear(): void {
    this.#pending.clear();
  }

  /** Next whole record; undefined while bytes are missing; the fault, for good, after one. */
  next(): TlsRecord | RecordFault | undefined {
    const pending = this.#pending;
    this.#fault ??= headerFault(pending);
    if (this.#fault !== undefined) {
      pending.clear();
      return this.#fault;
    }
    if (pending.length < HEADER_LENGTH) return undefined;
    const length = pending.at(3)! * 256 + pending.at(4)!;
    if (pending.length < HEADER_LENGTH + length) return undefined;
    const type = pending.at(0)!;
    const version = pending.at(1)! * 256 + pending.at(2)!;
    pending.skip(HEADER_LENGTH);
    return { type, version, payload: pending.take(length) };
  }
}

/** Judges the header as far as it is there, so that a stream that is not TLS shows at its first byte. */
function headerFault(bytes: ByteQueue): RecordFault | undefined {
  const type = bytes.at(0);
  if (type === undefined) return undefined;
  if (type < CONTENT_TYPE.changeCipherSpec || type > CONTENT_TYPE.heartbeat) return "not_tls";
  if (bytes.length === 1) return undefined;
  if (bytes.at(1) !== MAJOR_VERSION) return "not_tls";
  if (bytes.length < HEADER_LENGTH) return undefined;
  return bytes.at(3)! * 256 + bytes.at(4)! > MAX_PAYLOAD_LENGTH ? "oversized" : undefined;
}
