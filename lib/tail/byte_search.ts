/** Finds a few bytes among very many, without making text of them. */

/** Entries of the shift table: pairs of bytes are hashed into it. */
const TABLE_SIZE = 4096;

/** What a shift of the table can hold. */
const MAX_SHIFT = 255;

/**
 * One needle. Looks at the last two bytes of where the needle might stand and moves on by as much as they allow
 * (Horspool's rule over pairs): most bytes are never looked at.
 */
export class ByteSearch {
  readonly needle: Uint8Array;
  readonly #shifts = new Uint8Array(TABLE_SIZE);

  /** @param needle not empty */
  constructor(needle: Uint8Array) {
    this.needle = needle;
    const { length } = needle;
    this.#shifts.fill(Math.max(1, Math.min(length - 1, MAX_SHIFT)));
    for (let index = Math.max(1, length - 1 - MAX_SHIFT); index < length; index++) {
      this.#shifts[hashPair(needle[index - 1]!, needle[index]!)] = length - 1 - index;
    }
  }

  /** The first index at or behind `from` at which the needle stands whole before `end`; -1 without one. */
  find(bytes: Uint8Array, from: number, end: number): number {
    const { needle } = this;
    const { length } = needle;
    if (length === 1) {
      const found = bytes.indexOf(needle[0]!, from);
      return found < end ? found : -1;
    }
    const shifts = this.#shifts;
    let last = from + length - 1;
    while (last < end) {
      const shift = shifts[hashPair(bytes[last - 1]!, bytes[last]!)]!;
      if (shift > 0) {
        last += shift;
        continue;
      }
      const start = last - length + 1;
      let index = 0;
      while (index < length && bytes[start + index] === needle[index]) index++;
      if (index === length) return start;
      last++;
    }
    return -1;
  }
}

function hashPair(first: number, second: number): number {
  return ((first << 5) ^ second) & (TABLE_SIZE - 1);
}
