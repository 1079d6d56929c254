/** Bytes that are copied as words, and escaped for JSON on the way. */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const CLOSE = 0x5d;

/** Four bytes of each. */
const QUOTES = 0x22222222;
const BACKSLASHES = 0x5c5c5c5c;
const LOW_BITS = 0x7f7f7f7f;
const HIGH_BITS = 0x80808080 | 0;

const encoder = new TextEncoder();

/** A constant text, four bytes at a time. */
export interface Words {
  readonly words: Int32Array;
  readonly length: number;
}

/** `text` as such. */
export function wordsOf(text: string): Words {
  const encoded = encoder.encode(text);
  const { length } = encoded;
  const view = new DataView(new ArrayBuffer(length + 3 & ~3));
  new Uint8Array(view.buffer).set(encoded);
  const words = Int32Array.from(
    { length: view.byteLength / 4 },
    (_, index) => view.getInt32(4 * index, true),
  );
  return { words, length };
}

/** Adds a constant text. */
export function putWords(out: DataView, at: number, { words, length }: Words): number {
  for (let index = 0; index < words.length; index++) {
    out.setInt32(at + 4 * index, words[index]!, true);
  }
  return at + length;
}

/** Adds bytes as they are: four at a time, and up to three too many, which what follows overwrites. */
export function copy(
  out: DataView,
  at: number,
  bytes: DataView,
  start: number,
  end: number,
): number {
  const shift = at - start;
  for (let index = start; index < end; index += 4) {
    out.setInt32(index + shift, bytes.getInt32(index, true), true);
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
    for (let shift = 0; shift < 32; shift += 8) {
      const byte = word >>> shift & 0xff;
      if (byte === QUOTE || byte === BACKSLASH) out.setUint8(at++, BACKSLASH);
      out.setUint8(at++, byte);
    }
  }
  for (; index < end; index++) {
    const byte = bytes.getUint8(index);
    if (byte === QUOTE || byte === BACKSLASH) out.setUint8(at++, BACKSLASH);
    out.setUint8(at++, byte);
  }
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
