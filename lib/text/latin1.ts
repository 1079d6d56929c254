/** Text of a protocol whose bytes have no declared encoding. */
import { Buffer } from "node:buffer";

/**
 * One character a byte between `start` and `end`, so that nothing is lost and nothing guessed.
 * Of node:buffer, because `TextDecoder` takes Latin-1 for windows-1252.
 */
export function latin1(bytes: Uint8Array, start = 0, end: number = bytes.length): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1", start, end);
}

/** The bytes of such text. */
export function latin1Bytes(text: string): Uint8Array {
  // Not the Buffer itself: its `slice` shares memory where that of a Uint8Array copies.
  return new Uint8Array(Buffer.from(text, "latin1"));
}
