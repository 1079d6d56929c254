/** Random numbers that can be had again. */

const TWO_32 = 2 ** 32;

/** What a text counts as a seed (FNV-1a). */
export function seedOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

/** The same seed gives the same numbers: sfc32, a generator of 128 bits of state. */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(seed: number) {
    this.#a = seed | 0;
    this.#b = Math.imul(seed, 0x9e3779b1);
    this.#c = ~seed;
    for (let round = 0; round < 12; round++) this.uint32();
  }

  /** From 0 to 2^32 - 1. */
  uint32(): number {
    const sum = this.#a + this.#b + this.#counter | 0;
    this.#counter = this.#counter + 1 | 0;
    this.#a = this.#b ^ this.#b >>> 9;
    this.#b = this.#c + (this.#c << 3) | 0;
    this.#c = (this.#c << 21 | this.#c >>> 11) + sum | 0;
    return sum >>> 0;
  }

  /** A whole number from 0 to `limit` - 1; 0 for a limit of 0. */
  below(limit: number): number {
    return Math.floor(this.uint32() / TWO_32 * limit);
  }

  /** One of `choices`, of which there must be some. */
  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)]!;
  }
}
