/** Remembers what bytes led to: most senders send what others sent before. */

const WORD = 4;

/** Places that a key may take. */
const WAYS = 4;

/** Multipliers of a 32-bit mixing step (the golden ratio, and MurmurHash3's finaliser). */
const SPREAD = 0x9e3779b1;
const FINAL = 0x85ebca6b;

interface Remembered<T> {
  readonly length: number;
  readonly words: Int32Array;
  readonly value: T;
}

/**
 * A bounded memory from keys of bytes to values. A key is compared byte for byte, so that its hash
 * decides nothing but where it is looked for: who makes keys fall together makes it forget, no more.
 */
export class ByteMemo<T> {
  /** The key to look for: write its bytes here, from the start on. */
  readonly key: Uint8Array;
  readonly #words: Int32Array;
  readonly #places: (Remembered<T> | undefined)[];
  #length = 0;
  #place = 0;

  /**
   * @param keyLength bytes of the longest key, a multiple of 4
   * @param places keys that are remembered at most, a power of 2 from 4 on
   */
  constructor(keyLength: number, places: number) {
    this.key = new Uint8Array(keyLength);
    this.#words = new Int32Array(this.key.buffer);
    this.#places = new Array<Remembered<T> | undefined>(places).fill(undefined);
  }

  /** What is remembered of the first `length` bytes of {@linkcode ByteMemo.key}; undefined if nothing. */
  find(length: number): T | undefined {
    const words = this.#words;
    this.key.fill(0, length, Math.min(this.key.length, length + WORD - 1));
    const count = length + WORD - 1 >> 2;
    let hash = length;
    for (let index = 0; index < count; index++) {
      hash = Math.imul(hash ^ words[index]!, SPREAD);
      hash ^= hash >>> 15;
    }
    hash = Math.imul(hash, FINAL);
    this.#length = length;
    this.#place = (hash ^ hash >>> 13) & this.#places.length - WAYS;
    for (let way = 0; way < WAYS; way++) {
      const found = this.#places[this.#place + way];
      if (found === undefined) return undefined;
      if (found.length === length && isEqual(found.words, words, count)) return found.value;
    }
    return undefined;
  }

  /** Remembers `value` for the key that was looked for last; the oldest of its place is forgotten. */
  keep(value: T): T {
    const places = this.#places;
    const first = this.#place;
    for (let way = WAYS - 1; way > 0; way--) places[first + way] = places[first + way - 1];
    const words = this.#words.slice(0, this.#length + WORD - 1 >> 2);
    places[first] = { length: this.#length, words, value };
    return value;
  }
}

function isEqual(a: Int32Array, b: Int32Array, count: number): boolean {
  let index = 0;
  while (index < count && a[index] === b[index]) index++;
  return index === count;
}
