/** Test support: text of any UTF-16 code units, lone surrogates included. */
import fc from "fast-check";

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
