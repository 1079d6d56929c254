/** C strings in and out of byte arrays. */

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * `text` as UTF-8 with a NUL at its end.
 *
 * @throws {RangeError} when it holds a NUL: C would silently take what stands before it
 */
export function cString(text: string): Uint8Array<ArrayBuffer> {
  if (text.includes("\0")) throw new RangeError("a NUL character in text for a C function");
  return encoder.encode(`${text}\0`);
}

/** The text before the first NUL, all of it when there is none. */
export function cText(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return decoder.decode(end < 0 ? bytes : bytes.subarray(0, end));
}
