/** JSON of what attackers sent, for files that people look at. */
import { replaceHalfPairs } from "../../text/half_pairs.ts";
import { replaceUnsafe, unicodeEscape } from "../../text/unsafe.ts";

/**
 * `value` as JSON in which control and bidirectional characters are escaped, and of half a surrogate pair
 * only U+FFFD is left: an attacker may put an emoji where a text that is too long is cut.
 */
export function jsonText(value: unknown): string {
  // JSON.stringify escapes C0 and halves of pairs; DEL, C1, bidi controls and separators it does not.
  return replaceUnsafe(replaceHalfPairs(JSON.stringify(value)), unicodeEscape);
}
