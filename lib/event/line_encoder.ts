/** Batches of lines as bytes, in a buffer that is used again and again. */

/** Kept between batches; a larger batch gets a buffer of its own, which is not. */
const KEPT = 1024 * 1024;

/** UTF-8 bytes that one UTF-16 code unit takes at most. */
const MAX_BYTES_PER_UNIT = 3;

const encoder = new TextEncoder();

/** Encodes batches. Memory that the system has to clear for each batch would cost more than its bytes. */
export class LineEncoder {
  #buffer: Uint8Array<ArrayBuffer> = new Uint8Array(0);

  /** `head` and then `lines`, each with a newline, as UTF-8; valid until the next batch. */
  encode(head: string, lines: readonly string[]): Uint8Array<ArrayBuffer> {
    // One text that is whole from the start: one that is put together would be copied once more.
    return this.encodeText([head + (lines[0] ?? ""), ...lines.slice(1), ""].join("\n"));
  }

  /** `text` as UTF-8; valid until the next batch. */
  encodeText(text: string): Uint8Array<ArrayBuffer> {
    if (this.#buffer.length === 0) this.#buffer = new Uint8Array(KEPT);
    // Nearly all lines are ASCII, a byte each.
    const { read, written } = encoder.encodeInto(text, this.#buffer);
    if (read === text.length) return this.#buffer.subarray(0, written);
    const large = new Uint8Array(text.length * MAX_BYTES_PER_UNIT);
    return large.subarray(0, encoder.encodeInto(text, large).written);
  }
}
