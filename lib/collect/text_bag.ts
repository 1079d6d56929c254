/** Which texts there are, and how often: by their hashes, for millions of them. */
import { KeyedHash } from "../sniff/keyed_hash.ts";

/** Places to begin with; a power of 2. */
const INITIAL_PLACES = 64;

/** A text in a bag: the halves of its hash, and how often it is there. */
export type BagEntry = readonly [high: number, low: number, count: number];

/** A bag of texts. Of a text there are a 64-bit keyed hash and a count only. */
export class TextBag {
  /** Texts in the bag, equal ones counted each. */
  size = 0;
  readonly #hash: KeyedHash;
  /** Places in use, also those whose count has come down to 0. */
  #used = 0;
  #high = new Int32Array(INITIAL_PLACES);
  #low = new Int32Array(INITIAL_PLACES);
  /** How often the text is in the bag, and 1 more; 0 for a free place. */
  #counts = new Uint32Array(INITIAL_PLACES);

  /** @param key of the hash, which nobody who writes texts may know */
  constructor(key: Int32Array) {
    this.#hash = new KeyedHash(key);
  }

  /** Puts `text` in. */
  add(text: string): void {
    this.#hash.hash(text);
    this.#put(this.#hash.high, this.#hash.low, 1);
  }

  /** Takes `text` out once; false when it is not there. */
  take(text: string): boolean {
    if (this.size === 0) return false;
    this.#hash.hash(text);
    const place = this.#find(this.#hash.high, this.#hash.low);
    if (this.#counts[place]! < 2) return false;
    this.#counts[place]!--;
    this.size--;
    return true;
  }

  /** All that is in the bag, for a bag with the same key to {@linkcode TextBag.restore}. */
  entries(): BagEntry[] {
    const entries: BagEntry[] = [];
    for (let place = 0; place < this.#counts.length; place++) {
      const count = this.#counts[place]! - 1;
      if (count > 0) entries.push([this.#high[place]!, this.#low[place]!, count]);
    }
    return entries;
  }

  /** Puts in what another bag with the same key held. */
  restore(entries: readonly BagEntry[]): void {
    for (const [high, low, count] of entries) this.#put(high | 0, low | 0, count);
  }

  #put(high: number, low: number, count: number): void {
    if (this.#used * 2 > this.#counts.length) this.#grow();
    const place = this.#find(high, low);
    if (this.#counts[place] === 0) {
      this.#used++;
      this.#high[place] = high;
      this.#low[place] = low;
      this.#counts[place] = 1;
    }
    this.#counts[place]! += count;
    this.size += count;
  }

  #find(high: number, low: number): number {
    const mask = this.#counts.length - 1;
    let place = low & mask;
    while (
      this.#counts[place] !== 0 && (this.#high[place] !== high || this.#low[place] !== low)
    ) place = place + 1 & mask;
    return place;
  }

  #grow(): void {
    const [high, low, counts] = [this.#high, this.#low, this.#counts];
    this.#high = new Int32Array(high.length * 2);
    this.#low = new Int32Array(low.length * 2);
    this.#counts = new Uint32Array(counts.length * 2);
    for (let index = 0; index < counts.length; index++) {
      if (counts[index] === 0) continue;
      const place = this.#find(high[index]!, low[index]!);
      this.#high[place] = high[index]!;
      this.#low[place] = low[index]!;
      this.#counts[place] = counts[index]!;
    }
  }
}
