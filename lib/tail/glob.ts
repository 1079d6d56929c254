/** Patterns with `*` and `?`, without regular expressions: no pattern takes long to match. */

/** Tells whether a text matches. */
export type Matcher = (text: string) => boolean;

/** Characters of a pattern: enough for any name, and a bound for the work. */
const MAX_PATTERN = 1024;

/**
 * Matches whole texts: `*` is any run of characters, also none, `?` is one. Only the last `*` is ever taken
 * back, so the work is bounded by the product of both lengths.
 *
 * @throws {RangeError} when the pattern is too long
 */
export function globMatcher(pattern: string): Matcher {
  if (pattern.length > MAX_PATTERN) throw new RangeError(`longer than ${MAX_PATTERN} characters`);
  if (!hasWildcards(pattern)) return (text) => text === pattern;
  const whole = pattern.replace(/\*{2,}/g, "*");
  const inner = whole.slice(1, -1);
  if (whole.length > 2 && whole.startsWith("*") && whole.endsWith("*") && !hasWildcards(inner)) {
    return (text) => text.includes(inner);
  }
  return (text) => matches(whole, text);
}

/** True when the pattern is more than a name. */
export function hasWildcards(pattern: string): boolean {
  return /[*?]/.test(pattern);
}

/** The longest run of characters that each match holds as it is; empty without one. */
export function literalOf(pattern: string): string {
  return pattern.split(/[*?]/).reduce((best, part) => part.length > best.length ? part : best, "");
}

function matches(pattern: string, text: string): boolean {
  let at = 0;
  let star = -1;
  let resume = 0;
  for (let index = 0; index < text.length;) {
    const wanted = pattern[at];
    if (wanted === "*") {
      star = at++;
      resume = index;
    } else if (wanted === "?" || wanted !== undefined && wanted === text[index]) {
      at++;
      index++;
    } else if (star >= 0) {
      at = star + 1;
      index = ++resume;
    } else {
      return false;
    }
  }
  while (pattern[at] === "*") at++;
  return at === pattern.length;
}
