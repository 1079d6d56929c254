/** The character string types of ASN.1 as text. */
import { TAG } from "./der.ts";

/** Longest text that is made of one string of a certificate, in UTF-16 code units. */
export const MAX_TEXT_LENGTH = 4096;

const REPLACEMENT = 0xfffd;
const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Text of a string's content bytes by its tag; undefined when the tag is of no string type.
 *
 * What does not decode becomes U+FFFD, so the text is always well-formed. All of it is kept,
 * control characters included, up to {@linkcode MAX_TEXT_LENGTH}: it is up to who prints it to
 * escape it.
 */
export function decodeString(tag: number, content: Uint8Array): string | undefined {
  switch (tag) {
    case TAG.utf8String:
      // UTF-8 needs at most three bytes for a code unit.
      return bounded(utf8.decode(content.subarray(0, 3 * MAX_TEXT_LENGTH)));
    case TAG.bmpString:
      return bounded(fixedWidth(content, 2));
    case TAG.universalString:
      return bounded(fixedWidth(content, 4));
    case TAG.numericString:
    case TAG.printableString:
    case TAG.t61String:
    case TAG.videotexString:
    case TAG.ia5String:
    case TAG.graphicString:
    case TAG.visibleString:
    case TAG.generalString:
      return latin1(content);
    default:
      return undefined;
  }
}

/**
 * Text of one-byte characters. T.61 is rarely meant where it is declared, and Latin-1 is what
 * OpenSSL too takes it for; the ASCII types hold Latin-1 where they break their rules.
 */
export function latin1(content: Uint8Array): string {
  // Not TextDecoder: its "latin1" is windows-1252, which turns C1 controls into other characters.
  return String.fromCharCode(...content.subarray(0, MAX_TEXT_LENGTH));
}

/** Text of big-endian units of `width` bytes; a rest that is too short is dropped. */
function fixedWidth(content: Uint8Array, width: 2 | 4): string {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const end = Math.min(content.length, width * MAX_TEXT_LENGTH) - width;
  let text = "";
  for (let offset = 0; offset <= end; offset += width) {
    const unit = width === 2 ? view.getUint16(offset) : view.getUint32(offset);
    text += String.fromCodePoint(unit > 0x10ffff ? REPLACEMENT : unit);
  }
  return text;
}

function bounded(text: string): string {
  return text.slice(0, MAX_TEXT_LENGTH).toWellFormed();
}
