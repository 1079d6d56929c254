/** The handshake messages in the CRYPTO frames of one side's Initial packets (RFC 9001 4.1.3). */
import { FragmentBuffer, MAX_FRAGMENT_BYTES } from "../tls/fragment_buffer.ts";
import { collectCrypto } from "./frames.ts";

/** One TLS handshake message. */
export interface CryptoMessage {
  readonly type: number;
  /** What follows the four bytes of the message header. */
  readonly body: Uint8Array;
}

const HEADER_LENGTH = 4;

/** Reads whole messages however they are cut into frames and packets, in whatever order. */
export class CryptoStream {
  readonly #fragments = new FragmentBuffer();

  /** Bytes of memory that are held. */
  get held(): number {
    return this.#fragments.held;
  }

  /** Takes the frames of a packet; gives the messages that they complete. */
  push(frames: Uint8Array): CryptoMessage[] {
    collectCrypto(frames, this.#fragments);
    const messages: CryptoMessage[] = [];
    for (;;) {
      const header = this.#fragments.peek(HEADER_LENGTH);
      if (header === undefined) return messages;
      const length = header[1]! << 16 | header[2]! << 8 | header[3]!;
      // A longer message would never be whole, and there is no next one to find without its end.
      if (HEADER_LENGTH + length > MAX_FRAGMENT_BYTES) return messages;
      const message = this.#fragments.peek(HEADER_LENGTH + length);
      if (message === undefined) return messages;
      this.#fragments.skip(message.length);
      messages.push({ type: header[0]!, body: message.subarray(HEADER_LENGTH) });
    }
  }
}
