/** The Huffman code of HPACK (RFC 7541 5.2 and Appendix B). */

/**
 * Length in bits of the code of every byte value. Codes of one length follow each other in the
 * order of their values, so the lengths say everything.
 */
const CODE_LENGTHS = [
  [13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28],
  [28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28],
  [6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6],
  [5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10],
  [13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7],
  [7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6],
  [15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5],
  [6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28],
  [20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23],
  [24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24],
  [22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23],
  [21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23],
  [26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25],
  [19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27],
  [20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23],
  [26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26],
].flat();

/** Marks the end of a string by its first bits only; whole, it is an error (RFC 7541 5.2). */
const END_OF_STRING = 256;
const LONGEST_CODE = 30;

/** By length: how many codes there are, the first of them, and where its symbols start. */
const COUNT = new Uint16Array(LONGEST_CODE + 1);
const FIRST_CODE = new Uint32Array(LONGEST_CODE + 1);
const FIRST_SYMBOL = new Uint16Array(LONGEST_CODE + 1);
/** Symbols by length of their codes, then by value. */
const SYMBOLS: number[] = [];

{
  const lengths = [...CODE_LENGTHS, LONGEST_CODE];
  let code = 0;
  for (let length = 1; length <= LONGEST_CODE; length++) {
    FIRST_CODE[length] = code;
    FIRST_SYMBOL[length] = SYMBOLS.length;
    lengths.forEach((of, symbol) => {
      if (of === length) SYMBOLS.push(symbol);
    });
    COUNT[length] = SYMBOLS.length - FIRST_SYMBOL[length]!;
    code = (code + COUNT[length]!) * 2;
  }
}

/**
 * Decodes a string, as Latin-1; undefined when it is malformed: padding of a byte or more, padding
 * that is not all ones, or the end-of-string code.
 */
export function decodeHuffman(bytes: Uint8Array): string | undefined {
  let text = "";
  let code = 0;
  let length = 0;
  for (const byte of bytes) {
    for (let bit = 7; bit >= 0; bit--) {
      code = code * 2 + ((byte >> bit) & 1);
      length++;
      if (length > LONGEST_CODE) return undefined;
      const index = code - FIRST_CODE[length]!;
      if (index < 0 || index >= COUNT[length]!) continue;
      const symbol = SYMBOLS[FIRST_SYMBOL[length]! + index]!;
      if (symbol === END_OF_STRING) return undefined;
      text += String.fromCharCode(symbol);
      code = 0;
      length = 0;
    }
  }
  return length < 8 && code === 2 ** length - 1 ? text : undefined;
}
