/** Addresses in prose: a guess, for those who ask for it. */
import { addressIn, ATTACKER_FIELDS } from "../event/attacker.ts";

/** Text in which addresses are looked for. */
const MAX_TEXT = 4096;

/** What may be an address, perhaps with a port or in brackets. */
const ADDRESS = String.raw`(\[[\da-fA-F:.]{2,45}\](?::\d+)?|[\da-fA-F:.]{2,51})`;

/** Pairs anywhere in the text, as DECNET's readers take them. */
const PAIR = new RegExp(String.raw`(?<![\w.-])(${ATTACKER_FIELDS.join("|")})="?${ADDRESS}`, "g");

/** Words before an address. */
const PROSE = new RegExp(String.raw`\b(?:from|rhost[:=]|client[:=]|src[:=]) ?${ADDRESS}`, "g");

/** An IPv4 address on its own. */
const BARE = /(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w]|\.\d)/g;

/**
 * The address that `text` most likely tells of: of a pair anywhere in it, behind a word such as `from`, or
 * the first IPv4 address at all. Whoever can make a decoy print text can choose it.
 */
export function guessAddress(text: string): string | undefined {
  const part = text.slice(0, MAX_TEXT);
  const pairs = [...part.matchAll(PAIR)];
  for (const name of ATTACKER_FIELDS) {
    for (const [, key, value = ""] of pairs) {
      const address = key === name ? addressIn(trimmed(value)) : undefined;
      if (address !== undefined) return address;
    }
  }
  for (const [, value = ""] of part.matchAll(PROSE)) {
    const address = addressIn(trimmed(value));
    if (address !== undefined) return address;
  }
  for (const [value] of part.matchAll(BARE)) {
    const address = addressIn(value);
    if (address !== undefined) return address;
  }
  return undefined;
}

/** Without the full stop or colon of the sentence. */
function trimmed(value: string): string {
  return /[\w:]$/.test(value) && !/[^:]:$/.test(value) ? value : value.replace(/[.:]+$/, "");
}
