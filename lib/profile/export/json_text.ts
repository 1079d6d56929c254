/** JSON of what attackers sent, for files that people look at. */
import { replaceUnsafe, unicodeEscape } from "../../text/unsafe.ts";

/** `value` as JSON in which control and bidirectional characters are escaped. */
export function jsonText(value: unknown): string {
  // JSON.stringify escapes C0 and lone surrogates; DEL, C1, bidi controls and separators it does not.
  return replaceUnsafe(JSON.stringify(value), unicodeEscape);
}
