/** Puts handshake messages together from the payloads of records (RFC 8446 5.1, RFC 5246 6.2.1). */
import { ByteQueue } from "../byte_queue.ts";

/** One handshake message. */
export interface HandshakeMessage {
  readonly type: number;
  /** What follows the four bytes of the message header. */
  readonly body: Uint8Array;
}

const HEADER_LENGTH = 4;

/** Header and body of a message that came out of a stream: what a transcript hash covers. */
export function rawMessage({ body }: HandshakeMessage): Uint8Array {
  return new Uint8Array(
    body.buffer,
    body.byteOffset - HEADER_LENGTH,
    HEADER_LENGTH + body.length,
  );
}

/** Far above any certificate chain in use; the length field alone could claim 16 MiB. */
export const MAX_HANDSHAKE_MESSAGE_LENGTH = 512 * 1024;

/**
 * Collects payloads of handshake records and gives whole messages, however they were cut or packed
 * into records. One stream serves one key: start another where the keys change.
 */
export class HandshakeStream {
  readonly #pending = new ByteQueue();
  #oversized = false;

  /** True when no part of a message is waiting for the rest of it. */
  get empty(): boolean {
    return this.#pending.length === 0;
  }

  /** Bytes of memory that are held. */
  get held(): number {
    return this.#pending.held;
  }

  /** Adds the payload of a handshake record. After `oversized` it is dropped. */
  push(payload: Uint8Array): void {
    if (!this.#oversized) this.#pending.append(payload);
  }

  /** As {@linkcode push} without a copy; see {@linkcode ByteQueue.lend}. */
  lend(payload: Uint8Array): void {
    if (!this.#oversized) this.#pending.lend(payload);
  }

  /** Keeps what was lent and not taken. */
  settle(): void {
    this.#pending.settle();
  }

  /** Drops what was not taken. */
  clear(): void {
    this.#pending.clear();
  }

  /** Next whole message; undefined while bytes are missing; `oversized`, for good, past the cap. */
  next(): HandshakeMessage | "oversized" | undefined {
    if (this.#oversized) return "oversized";
    const pending = this.#pending;
    if (pending.length < HEADER_LENGTH) return undefined;
    const length = pending.at(1)! * 65536 + pending.at(2)! * 256 + pending.at(3)!;
    if (length > MAX_HANDSHAKE_MESSAGE_LENGTH) {
      this.#oversized = true;
      this.#pending.clear();
      return "oversized";
    }
    if (pending.length < HEADER_LENGTH + length) return undefined;
    const type = pending.at(0)!;
    pending.skip(HEADER_LENGTH);
    return { type, body: pending.take(length) };
  }
}
