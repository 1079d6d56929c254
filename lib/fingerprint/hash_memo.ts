/** Remembers hashes: most clients send lists that were seen before. */

const MAX_ENTRIES = 2048;

/** Longer text is hashed each time, so that hostile lists cannot fill the memory. */
const MAX_TEXT_LENGTH = 2048;

/** A function from text to its hash, with a memory of bounded size. */
export class HashMemo {
  readonly #hash: (text: string) => string;
  readonly #known = new Map<string, string>();

  constructor(hash: (text: string) => string) {
    this.#hash = hash;
  }

  /** Number of hashes that are remembered. */
  get size(): number {
    return this.#known.size;
  }

  /** Hash of `text`. */
  hash(text: string): string {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const hash = this.#hash(text);
    if (text.length <= MAX_TEXT_LENGTH) {
      if (this.#known.size >= MAX_ENTRIES) this.#known.clear();
      this.#known.set(text, hash);
    }
    return hash;
  }
}
