/** Bytes of a line as text, without losing any. */
import { replaceUnsafe, unicodeEscape } from "../text/unsafe.ts";

/** A byte order mark is part of what was printed. */
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Largest code point of each length of sequence, by which a longer one is overlong (RFC 3629 3). */
const LARGEST = [0, 0x7f, 0x7ff, 0xffff] as const;

/**
 * The text of UTF-8 `bytes`. A byte that is no part of any becomes `\xff`, so that what a line held
 * can still be told.
 */
export function decodeLine(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    return decodeDamaged(bytes);
  }
}

/** `text` as it may stand in a file that people look at: nothing but its unsafe characters changed. */
export function safeLine(text: string): string {
  return replaceUnsafe(text, unicodeEscape);
}

function decodeDamaged(bytes: Uint8Array): string {
  let text = "";
  let good = 0;
  for (let index = 0; index < bytes.length;) {
    const length = sequenceLength(bytes, index);
    if (length > 0) {
      index += length;
      continue;
    }
    text += strict.decode(bytes.subarray(good, index)) +
      `\\x${bytes[index]!.toString(16).padStart(2, "0")}`;
    good = ++index;
  }
  return text + strict.decode(bytes.subarray(good));
}

/** Bytes of the character that starts at `index`; 0 when none does. */
function sequenceLength(bytes: Uint8Array, index: number): number {
  const first = bytes[index]!;
  if (first < 0x80) return 1;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 0;
  if (length === 0 || first > 0xf4 || index + length > bytes.length) return 0;
  let point = first & (0x7f >> length);
  for (let offset = 1; offset < length; offset++) {
    const next = bytes[index + offset]!;
    if ((next & 0xc0) !== 0x80) return 0;
    point = point << 6 | next & 0x3f;
  }
  const isSurrogate = point >= 0xd800 && point <= 0xdfff;
  return point > LARGEST[length - 1]! && point <= 0x10ffff && !isSurrogate ? length : 0;
}
