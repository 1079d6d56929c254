/** Numbers as a line of little bars. */

/** Lower one eighth block to full block. */
const BARS = "\u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588";

/** Stands for nothing at all, so that the least is still told from it. */
const NOTHING = "\u00b7";

/** A character for each of `values`; the tallest bar is `most`. */
export function sparkline(values: readonly number[], most = Math.max(0, ...values)): string {
  return values.map((value) => {
    if (!(value > 0) || !(most > 0)) return NOTHING;
    const level = Math.ceil(Math.min(1, value / most) * BARS.length) - 1;
    return BARS[Math.max(0, level)]!;
  }).join("");
}
