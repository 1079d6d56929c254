/**
 * Text that is copied as words, and escaped for JSON on the way.
 *
 * Eight bytes at a time travel as a float, which keeps its bits unless it is no number: of those the last byte
 * is 0x7f or 0xff, which stands for DEL or in no UTF-8.
 */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const CLOSE = 0x5d;

/** Four bytes of each. */
const QUOTES = 0x22222222;
const BACKSLASHES = 0x5c5c5c5c;
const LOW_BITS = 0x7f7f7f7f;
const HIGH_BITS = 0x80808080 | 0;

const encoder = new TextEncoder();

/** A constant text without DEL, eight bytes at a time. */
export interface Words {
  readonly words: Float64Array;
  readonly length: number;
}

/** `text` as such; it holds no DEL. */
export function wordsOf(text: string): Words {
  const encoded = encoder.encode(text);
  const { length } = encoded;
  const view = new DataView(new ArrayBuffer(length + 7 & ~7));
  new Uint8Array(view.buffer).set(encoded);
  const words = Float64Array.from(
    { length: view.byteLength / 8 },
    (_, index) => view.getFloat64(8 * index, true),
  );
  return { words, length };
}

/** Adds a constant text. */
export function putWords(out: DataView, at: number, { words, length }: Words): number {
  for (let index = 0; index < words.length; index++) {
    out.setFloat64(at + 8 * index, words[index]!, true);
  }
  return at + length;
}

/** Adds printable ASCII as it is: eight bytes at a time, and up to seven too many, which what follows overwrites. */
export function copy(
  out: DataView,
  at: number,
  bytes: DataView,
  start: number,
  end: number,
): number {
  const shift = at - start;
  for (let index = start; index < end; index += 8) {
    out.setFloat64(index + shift, bytes.getFloat64(index, true), true);
  }
  return end + shift;
}

/** Adds printable ASCII for between quotes. */
export function copyQuoted(
  out: DataView,
  at: number,
  bytes: DataView,
  start: number,
  end: number,
): number {
  let index = start;
  for (const last = end - 4; index <= last; index += 4) {
    const word = bytes.getInt32(index, true);
    // Of bytes below 128 the sum with 127 has its highest bit set unless they are 0.
    const quotes = (word ^ QUOTES) + LOW_BITS;
    const backslashes = (word ^ BACKSLASHES) + LOW_BITS;
    if ((quotes & backslashes & HIGH_BITS) === HIGH_BITS) {
      out.setInt32(at, word, true);
      at += 4;
      continue;
    }
    for (let shift = 0; shift < 32; shift += 8) at = putQuoted(out, at, word >>> shift & 0xff);
  }
  for (; index < end; index++) at = putQuoted(out, at, bytes.getUint8(index));
  return at;
}

function putQuoted(out: DataView, at: number, byte: number): number {
  if (byte === QUOTE || byte === BACKSLASH) out.setUint8(at++, BACKSLASH);
  out.setUint8(at++, byte);
  return at;
}

/** Adds a value, whose own escapes are RFC 5424's, for between JSON's quotes. */
export function copyUnescaped(
  out: DataView,
  at: number,
  bytes: DataView,
  start: number,
  end: number,
): number {
  for (let index = start; index < end; index++) {
    let byte = bytes.getUint8(index);
    if (byte === BACKSLASH) {
      const next = bytes.getUint8(index + 1);
      // The quote that ends the value is never the next: a backslash before it would be its escape.
      if (next === QUOTE || next === BACKSLASH || next === CLOSE) {
        byte = next;
        index++;
      }
      if (byte !== CLOSE) out.setUint8(at++, BACKSLASH);
    }
    out.setUint8(at++, byte);
  }
  return at;
}
