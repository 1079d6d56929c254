/** The characters that no line, record or terminal may receive raw, and their `\uXXXX` form. */

/**
 * Control characters (C0, DEL, C1), bidirectional controls (U+061C, U+200E/F, U+202A-E, U+2066-9),
 * line and paragraph separators, the byte order mark and lone surrogates. Each is one UTF-16 code
 * unit; `\p{Cs}` meets a surrogate only outside a pair.
 */
const UNSAFE = /[\p{Cc}\p{Cs}\p{Bidi_Control}\u2028\u2029\ufeff]/u;
const EVERY_UNSAFE = new RegExp(UNSAFE, "gu");

/** True when `text` holds an unsafe character. */
export function hasUnsafe(text: string): boolean {
  return UNSAFE.test(text);
}

/** `text` with every unsafe character replaced by what `replace` gives for it. */
export function replaceUnsafe(text: string, replace: (character: string) => string): string {
  return UNSAFE.test(text) ? text.replace(EVERY_UNSAFE, replace) : text;
}

/** `\u` and four lowercase hex digits for a single UTF-16 code unit. */
export function unicodeEscape(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
