/** Lines as offsets into bytes: no string and no view is made for them. */

/** What ends a line. */
export const LF = 0x0a;

/**
 * Calls `visit` with the start and the stop of each line of `bytes`; the newline stands at `stop`.
 * Ends early when `visit` returns false.
 *
 * @param end of the last line that counts, its newline included
 * @param from where the first line begins
 * @returns the index behind the last line that was visited
 */
export function forEachLine(
  bytes: Uint8Array,
  end: number,
  visit: (start: number, stop: number) => boolean | void,
  from = 0,
): number {
  let start = from;
  while (start < end) {
    const stop = bytes.indexOf(LF, start);
    if (stop < 0 || stop >= end) break;
    const goesOn = visit(start, stop);
    start = stop + 1;
    if (goesOn === false) break;
  }
  return start;
}

/** The index behind the last newline among the first `length` of `bytes`; 0 without one. */
export function wholeLinesEnd(bytes: Uint8Array, length: number): number {
  return length === 0 ? 0 : bytes.lastIndexOf(LF, length - 1) + 1;
}
