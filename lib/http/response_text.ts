/** Text out of the bytes of an HTML page. */
import { latin1 } from "../text/latin1.ts";

/** Bytes in which a page may declare its charset (HTML 13.2.3.2). */
const PRESCAN = 1024;

/** A charset's label, in Content-Type or in a `meta` tag of either form. */
const CHARSET = /charset\s{0,8}=\s{0,8}["']?([\w.:-]{1,40})/i;

/** Characters that pages must escape, and the one that titles often have besides. */
const ENTITIES: Readonly<Record<string, string>> = {
  amp: "&",
  apos: "'",
  gt: ">",
  lt: "<",
  nbsp: " ",
  quot: '"',
};

const ENTITY = /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(amp|apos|gt|lt|nbsp|quot));/gi;

/**
 * The text of a page in the charset of its byte order mark, of `contentType` or of its own
 * declaration; else in UTF-8 where it is that, and in windows-1252 where it is not, as browsers do.
 * Bytes that do not fit become U+FFFD.
 */
export function decodePage(bytes: Uint8Array, contentType: string): string {
  const label = charsetOfMark(bytes) ?? CHARSET.exec(contentType)?.[1] ??
    CHARSET.exec(latin1(bytes, 0, Math.min(PRESCAN, bytes.length)))?.[1];
  return decode(bytes, label, false) ?? decode(bytes, "utf-8", true) ??
    decode(bytes, "windows-1252", false)!;
}

function charsetOfMark([first, second, third]: Uint8Array): string | undefined {
  if (first === 0xef && second === 0xbb && third === 0xbf) return "utf-8";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  if (first === 0xff && second === 0xfe) return "utf-16le";
  return undefined;
}

/** Undefined for a charset that does not exist, or with `fatal` for bytes that are not of it. */
function decode(bytes: Uint8Array, label: string | undefined, fatal: boolean): string | undefined {
  if (label === undefined) return undefined;
  try {
    // As a stream: the page may have been cut within a character.
    return new TextDecoder(label, { fatal }).decode(bytes, { stream: true });
  } catch {
    return undefined;
  }
}

/** `text` with numeric and the most common named character references replaced. */
export function unescapeHtml(text: string): string {
  return text.replace(ENTITY, (_, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return ENTITIES[name.toLowerCase()]!;
    return codePoint(decimal === undefined ? Number.parseInt(hex!, 16) : Number(decimal));
  });
}

/** U+FFFD for what is no character (HTML 13.2.5.80). */
function codePoint(value: number): string {
  const exists = value > 0 && value <= 0x10ffff && !(value >= 0xd800 && value <= 0xdfff);
  return String.fromCodePoint(exists ? value : 0xfffd);
}
