/** A number for bytes, so that much of them can be compared as a little text. */

/** The same for the same bytes between `start` and `end`, and hardly ever for others. */
export function digest(
  bytes: Uint8Array,
  start = 0,
  end: number = bytes.length,
  before = 0,
): number {
  let sum = before;
  for (let at = start; at < end; at++) sum = Math.imul(sum ^ bytes[at]!, 0x01000193);
  return sum;
}
