/** JSON text that misleads no reader: no newline, and escapes for what is not shown. */
import { replaceUnsafe, unicodeEscape } from "../text/unsafe.ts";

const SPACE = 0x20;
const TILDE = 0x7e;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Characters up to which a loop tells faster than JSON.stringify whether there is anything to escape. */
const MAX_LOOP = 64;

/** `text` as JSON. */
export function jsonText(text: string): string {
  return text.length <= MAX_LOOP && isPlain(text) ? `"${text}"` : safeJson(text);
}

/** True for text that JSON.stringify and we leave as it is: ASCII but for quote and backslash. */
function isPlain(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < SPACE || unit > TILDE || unit === QUOTE || unit === BACKSLASH) return false;
  }
  return true;
}

/**
 * JSON without a newline, in ASCII escapes where a reader could be misled: JSON.stringify escapes C0 and
 * lone surrogates; DEL, C1, bidi controls and separators it does not.
 */
export function safeJson(value: unknown): string {
  return replaceUnsafe(JSON.stringify(value), unicodeEscape);
}
