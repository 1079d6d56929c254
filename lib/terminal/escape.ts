/** Text from the network, made fit for a terminal. */
import { replaceUnsafe, unicodeEscape } from "../text/unsafe.ts";

const SHORT: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/**
 * `text` with every unsafe character made visible: `\n`, `\x1b`, `\u202e`. All else stays, also a
 * backslash: this form is for eyes and cannot be undone.
 */
export function escapeForTerminal(text: string): string {
  return replaceUnsafe(text, visible);
}

function visible(character: string): string {
  const unit = character.charCodeAt(0);
  if (unit > 0xff) return unicodeEscape(character);
  return SHORT[character] ?? `\\x${unit.toString(16).padStart(2, "0")}`;
}
