/** Test support: text of any code points, and of any UTF-16 code units, lone surrogates included. */
import fc from "fast-check";

/** Where the surrogates are among the code points, and how many there are. */
const SURROGATES = 0xd800;
const SURROGATE_COUNT = 0x800;
const MAX_CODE_POINT = 0x10ffff;

/** Among ASCII characters, letters are the simplest. */
const ASCII_END = 0x80;
const SIMPLEST = "a".charCodeAt(0);

/**
 * Any code point but surrogates, for `fc.string({ unit: CODE_POINT })`. fast-check has one such unit, "binary", and
 * takes seconds to set it up.
 */
export const CODE_POINT: fc.Arbitrary<string> = fc
  .integer({ min: 0, max: MAX_CODE_POINT - SURROGATE_COUNT })
  .map(
    (index) => {
      if (index < ASCII_END) return String.fromCharCode(index ^ SIMPLEST);
      return String.fromCodePoint(index < SURROGATES ? index : index + SURROGATE_COUNT);
    },
    (text) => {
      const [character, ...others] = String(text);
      const code = character?.codePointAt(0);
      if (code === undefined || others.length > 0) throw new TypeError("not one code point");
      if (code < ASCII_END) return code ^ SIMPLEST;
      // A lone surrogate becomes what is no index of it.
      if (code < SURROGATES) return code;
      return code < SURROGATES + SURROGATE_COUNT ? -1 : code - SURROGATE_COUNT;
    },
  );

/** Pieces that break log formats, more often than chance would bring them. */
const HOSTILE = [
  ...'\\"][= <>-u,%',
  ..."\n\r\t\0\x1b\x7f\x85\u2028\u202e\ufeff\u200f",
  "\ud83d",
  "\ude00",
  "\\u001b",
  "\\u005c",
  "\\u0041",
  "]",
  '" x="',
  "<134>1 ",
];

/** Any JavaScript string, with a taste for what breaks lines, elements, escapes and records. */
export function anyText(): fc.Arbitrary<string> {
  const unit = fc.nat({ max: 0xffff }).map((code) => String.fromCharCode(code));
  const piece = fc.oneof(unit, fc.constantFrom(...HOSTILE), fc.string({ maxLength: 3 }));
  return fc.array(piece, { maxLength: 24 }).map((pieces) => pieces.join(""));
}
