/** Text that a spreadsheet would run. */

/**
 * What makes a spreadsheet take text for a formula: = + - @ tab and CR at the start, also in their
 * full-width forms, and after spaces, which some of them strip.
 */
const FORMULA = /^[\s]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/;

/** `text` with an apostrophe in front where a spreadsheet would run it: then it stays text. */
export function guardFormula(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text;
}
