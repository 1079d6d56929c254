/** Finds its way through JSON bytes without making values of them. Sloppy input ends in -1, or is passed. */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const SPACE = 0x20;

/** The index of the quote that ends the string whose inside begins at `at`; -1 without one. */
export function stringEnd(bytes: Uint8Array, at: number, stop: number): number {
  while (at < stop) {
    const byte = bytes[at]!;
    if (byte === QUOTE) return at;
    at += byte === BACKSLASH ? 2 : 1;
  }
  return -1;
}

/** The index of the next byte that is no white space. */
export function skipSpace(bytes: Uint8Array, at: number, stop: number): number {
  while (at < stop && bytes[at]! <= SPACE) at++;
  return at;
}

/** The index behind the value that begins at `at`; -1 when it does not end. */
export function valueEnd(bytes: Uint8Array, at: number, stop: number): number {
  const first = bytes[at];
  if (first === QUOTE) {
    const end = stringEnd(bytes, at + 1, stop);
    return end < 0 ? -1 : end + 1;
  }
  if (first === OPEN_BRACE || first === OPEN_BRACKET) return nestedEnd(bytes, at, stop);
  let end = at;
  while (end < stop) {
    const byte = bytes[end]!;
    if (byte === COMMA || byte === CLOSE_BRACE || byte === CLOSE_BRACKET || byte <= SPACE) break;
    end++;
  }
  return end > at && end < stop ? end : -1;
}

/** As {@linkcode valueEnd} for an object or a list; without recursion, however deep it is. */
function nestedEnd(bytes: Uint8Array, at: number, stop: number): number {
  let depth = 0;
  while (at < stop) {
    const byte = bytes[at]!;
    if (byte === QUOTE) {
      at = stringEnd(bytes, at + 1, stop);
      if (at < 0) return -1;
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++;
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      if (--depth === 0) return at + 1;
    }
    at++;
  }
  return -1;
}
