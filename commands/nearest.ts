/** What somebody may have meant. */

/** Of `names` the one that is most like `text`; undefined when none is much like it. */
export function nearest(text: string, names: readonly string[]): string | undefined {
  let best: string | undefined;
  // Half of it wrong is not a slip any more.
  let least = Math.floor(text.length / 2) + 1;
  for (const name of names) {
    const distance = editDistance(text, name);
    if (distance < least) [best, least] = [name, distance];
  }
  return best;
}

/** {@linkcode nearest} as a hint of an error; undefined when nothing is much like `text`. */
export function nearestHint(text: string, names: readonly string[]): string | undefined {
  const meant = nearest(text, names);
  return meant === undefined ? undefined : `did you mean ${meant}?`;
}

/** Names are cut short more often than they are misspelt. */
const LEFT_OUT = 0.5;

/** What it costs to make `to` of `from` (Levenshtein, with characters that are left out at half price). */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index * LEFT_OUT);
  for (let at = 1; at <= from.length; at++) {
    const next = [at];
    for (let column = 1; column <= to.length; column++) {
      const replaced = row[column - 1]! + (from[at - 1] === to[column - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[column]! + 1, next[column - 1]! + LEFT_OUT));
    }
    row = next;
  }
  return row[to.length]!;
}
