/** Remembers what was told lately, so that it is not told again. */
import { KeyedHash } from "./keyed_hash.ts";

/** Places that a key may take: the one told longest ago of them goes. */
const WAYS = 8;

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
  readonly #mask: number;
  readonly #high: Int32Array;
  readonly #low: Int32Array;
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
    this.#high = new Int32Array(places);
    this.#low = new Int32Array(places);
    this.#told = new Float64Array(places).fill(-Infinity);
  }

  /**
   * True when something is to be told at packet time `micros`.
   *
   * @param key what it is, together with `numbers`
   */
  isNews(key: string, micros: number, numbers?: Int32Array): boolean {
    if (this.#window === 0) return true;
    this.#hash.hash(key, numbers);
    const { high, low } = this.#hash;
    const first = low & this.#mask;
    let oldest = first;
    for (let place = first; place < first + WAYS; place++) {
      const told = this.#told[place]!;
      if (this.#high[place] === high && this.#low[place] === low) {
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
    this.#high[oldest] = high;
    this.#low[oldest] = low;
    this.#told[oldest] = micros;
    return true;
  }
}
