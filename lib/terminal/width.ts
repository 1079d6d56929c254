/** Columns that text takes on a terminal. */

/**
 * From here on characters may be two columns wide: Hangul Jamo is the first wide block of Unicode's East
 * Asian Width. Some that are narrow are counted as wide, so that no line ever wraps.
 */
const WIDE_FROM = 0x1100;

/** What stands where text was cut off. */
const ELLIPSIS = "...";

/** Columns of `text`, which holds no control characters, at the most. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += widthOf(character);
  return columns;
}

/** `text` cut off at `columns`, at whole characters. */
export function cutToWidth(text: string, columns: number): string {
  if (text.length * 2 <= columns || columnsOf(text) <= columns) return text;
  const ellipsis = ELLIPSIS.slice(0, Math.max(0, columns));
  let width = ellipsis.length;
  let kept = "";
  for (const character of text) {
    width += widthOf(character);
    if (width > columns) break;
    kept += character;
  }
  return kept + ellipsis;
}

/** `text` with spaces behind it up to `columns`, cut off when it is longer. */
export function padToWidth(text: string, columns: number): string {
  const cut = cutToWidth(text, columns);
  return cut + " ".repeat(Math.max(0, columns - columnsOf(cut)));
}

function widthOf(character: string): number {
  return character.codePointAt(0)! >= WIDE_FROM ? 2 : 1;
}
