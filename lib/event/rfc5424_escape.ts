/**
 * Escapes within RFC 5424 lines, each beside what undoes it.
 *
 * Unsafe characters are written `\uXXXX` with lowercase digits. RFC 5424 6.3.3 has an escape for `\`,
 * `"` and `]` in values only, so in a value the single backslash of `\uXXXX` cannot come from the text
 * itself, whose backslashes are doubled. MSG has no escapes at all: there a backslash of the text is
 * written `\u005c`, and only where it would otherwise read as such an escape.
 */
import { hasUnsafe, replaceUnsafe, unicodeEscape } from "../text/unsafe.ts";

const HEX4 = /^[0-9a-f]{4}$/;

/** Printable ASCII without what a value escapes: nearly all values are nothing else. */
const PLAIN_VALUE = /^[ !#-[^-~]*$/;

/** A PARAM-VALUE for between its quotes. */
export function escapeValue(text: string): string {
  if (PLAIN_VALUE.test(text)) return text;
  return replaceUnsafe(text.replace(/[\\"\]]/g, "\\$&"), unicodeEscape);
}

/** The unsafe character that `\u` and `hex` stand for in a value; undefined when it is no escape. */
export function escapedUnsafe(hex: string): string | undefined {
  if (!HEX4.test(hex)) return undefined;
  const character = String.fromCharCode(parseInt(hex, 16));
  return hasUnsafe(character) ? character : undefined;
}

/** A MSG that holds no unsafe character. */
export function escapeMessage(text: string): string {
  const guarded = text.replace(
    /\\(?=u([0-9a-f]{4}))/g,
    (backslash, hex: string) => escapedInMessage(hex) === undefined ? backslash : "\\u005c",
  );
  return replaceUnsafe(guarded, unicodeEscape);
}

/** The text that {@linkcode escapeMessage} was given. */
export function unescapeMessage(text: string): string {
  return text.replace(
    /\\u([0-9a-f]{4})/g,
    (escape, hex: string) => escapedInMessage(hex) ?? escape,
  );
}

function escapedInMessage(hex: string): string | undefined {
  return hex === "005c" ? "\\" : escapedUnsafe(hex);
}
