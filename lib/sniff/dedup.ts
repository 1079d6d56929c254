/** Remembers what was told lately, so that it is not told again. */
import { KeyedHash, KeyedTexts, type TextHash } from "./keyed_hash.ts";

/** Places that a key may take: the one told longest ago of them goes. */
const WAYS = 8;

const NO_NUMBERS = new Int32Array(0);

/**
 * A bounded set of keys with the packet time at which each was told. Of a key there is a 64-bit keyed
 * hash only: what attackers send decides neither how much memory it takes nor what it collides with.
 */
export class Dedup {
  /** Events held back. */
  suppressed = 0;
  /** Most keys that there were at a time. */
  highWater = 0;
  readonly #window: number;
  readonly #hash = new KeyedHash();
  readonly #texts = new KeyedTexts();
  /** The numbers of a key, and behind them the hash of its text. */
  #key = new Int32Array(0);
  readonly #mask: number;
  /** The two halves of each hash, side by side. */
  readonly #hashes: Int32Array;
  /** When it was told; -Infinity for a free place. */
  readonly #told: Float64Array;

  /**
   * @param window microseconds for which a key is not told again; 0 tells everything
   * @param max keys at a time, rounded up to a power of 2
   */
  constructor(window: number, max = 65_536) {
    this.#window = window;
    const places = window === 0 ? WAYS : 2 ** Math.ceil(Math.log2(Math.max(WAYS, max)));
    this.#mask = places - WAYS;
    this.#hashes = new Int32Array(2 * places);
    this.#told = new Float64Array(places).fill(-Infinity);
  }

  /**
   * True when something is to be told at packet time `micros`: what that is say the others together.
   *
   * @param kind of text, where the same texts are asked for again and again
   */
  isNews(text: string, micros: number, kind = "", numbers: Int32Array = NO_NUMBERS): boolean {
    if (this.#window === 0) return true;
    if (kind === "") this.#hash.hash(text, numbers);
    else this.#hash.hash("", this.#keyOf(this.#texts.hash(kind, text), numbers));
    const { high, low } = this.#hash;
    const first = low & this.#mask;
    let oldest = first;
    for (let place = first; place < first + WAYS; place++) {
      const told = this.#told[place]!;
      if (this.#hashes[2 * place] === high && this.#hashes[2 * place + 1] === low) {
        if (Math.abs(micros - told) < this.#window) {
          this.suppressed++;
          return false;
        }
        this.#told[place] = micros;
        return true;
      }
      if (told < this.#told[oldest]!) oldest = place;
    }
    if (this.#told[oldest] === -Infinity) this.highWater++;
    this.#hashes[2 * oldest] = high;
    this.#hashes[2 * oldest + 1] = low;
    this.#told[oldest] = micros;
    return true;
  }

  #keyOf({ high, low }: TextHash, numbers: Int32Array): Int32Array {
    if (this.#key.length !== numbers.length + 2) this.#key = new Int32Array(numbers.length + 2);
    const key = this.#key;
    for (let index = 0; index < numbers.length; index++) key[index] = numbers[index]!;
    key[numbers.length] = high;
    key[numbers.length + 1] = low;
    return key;
  }
}
