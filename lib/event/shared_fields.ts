/** Fields that many events have in common, such as all that one hello says: their JSON is made once. */
import { replaceUnsafe, unicodeEscape } from "../text/unsafe.ts";
import type { Fields } from "./event.ts";

const SPACE = 0x20;
const TILDE = 0x7e;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Characters up to which a loop tells faster than JSON.stringify whether there is anything to escape. */
const MAX_LOOP = 64;

/** Fields, and their members as JSON. */
export class SharedFields {
  readonly fields: Fields;
  #json: string | undefined;

  /** @param json of `fields` as {@linkcode jsonMembers} would give it, where it is at hand */
  constructor(fields: Fields, json?: string) {
    this.fields = fields;
    this.#json = json;
  }

  /** As {@linkcode jsonMembers}. */
  get json(): string {
    return this.#json ??= jsonMembers(this.fields);
  }
}

/** The members of `fields` as JSON, without the braces around them: `"a":1,"b":"x"`. */
export function jsonMembers(fields: Fields): string {
  return safeJson(fields).slice(1, -1);
}

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
