/** A bounded hash table from a few numbers to the number of a slot, for state in typed arrays. */

/** No slot. Links hold the number behind a slot's, so that an array of zeros has none. */
const NONE = -1;

/** Odd, without structure: the multiplier of the 32-bit golden ratio. */
const SPREAD = 0x9e3779b1;

/**
 * Gives each key a slot from 0 to `capacity` - 1. What belongs to a key is kept by the caller, in
 * arrays indexed by the slot. A full table gives the slot of the key that was claimed longest ago to
 * the new one, so that memory stays as it was at the start.
 */
export class SlotTable {
  /** The key to claim: write its words here. */
  readonly key: Int32Array;
  /** Keys that had to go. */
  evictions = 0;
  /** The last claim found no such key: the slot's former state is of another. */
  fresh = false;
  /** Slots in use; none is ever freed but for the next key. */
  size = 0;
  readonly #capacity: number;
  readonly #words: number;
  readonly #keys: Int32Array;
  readonly #hashes: Int32Array;
  /** First slot of each bucket, plus 1. */
  readonly #buckets: Int32Array;
  readonly #mask: number;
  /** Next slot in the same bucket, plus 1. */
  readonly #chain: Int32Array;
  /** Neighbours in order of the last claim. */
  readonly #older: Int32Array;
  readonly #newer: Int32Array;
  #oldest = NONE;
  #newest = NONE;
  /** Keeps senders from choosing addresses that fall into one bucket. */
  readonly #seed = crypto.getRandomValues(new Int32Array(1))[0]!;

  /**
   * @param capacity keys at a time, at least 1
   * @param words 32-bit words of a key
   */
  constructor(capacity: number, words: number) {
    this.#capacity = capacity;
    this.#words = words;
    this.key = new Int32Array(words);
    this.#keys = new Int32Array(capacity * words);
    this.#hashes = new Int32Array(capacity);
    let buckets = 1;
    while (buckets < capacity) buckets *= 2;
    this.#mask = buckets - 1;
    // The system gives memory to the pages of these as they are used: none is filled here.
    this.#buckets = new Int32Array(buckets);
    this.#chain = new Int32Array(capacity);
    this.#older = new Int32Array(capacity);
    this.#newer = new Int32Array(capacity);
  }

  /** Slot of {@linkcode SlotTable.key}, a new one if it has none; `fresh` tells which. */
  claim(): number {
    const hash = this.#hash();
    const found = this.#find(hash);
    this.fresh = found === NONE;
    if (found !== NONE) {
      if (found !== this.#newest) {
        this.#unlink(found);
        this.#append(found);
      }
      return found;
    }
    const slot = this.size < this.#capacity ? this.size++ : this.#evict();
    const { key } = this;
    const start = slot * this.#words;
    for (let word = 0; word < this.#words; word++) this.#keys[start + word] = key[word]!;
    this.#hashes[slot] = hash;
    const bucket = hash & this.#mask;
    this.#chain[slot] = this.#buckets[bucket]!;
    this.#buckets[bucket] = slot + 1;
    this.#append(slot);
    return slot;
  }

  /** One word of the key that has `slot`. */
  word(slot: number, index: number): number {
    return this.#keys[slot * this.#words + index]!;
  }

  #hash(): number {
    let hash = this.#seed;
    for (let word = 0; word < this.#words; word++) {
      hash = Math.imul(hash ^ this.key[word]!, SPREAD);
      hash ^= hash >>> 15;
    }
    return hash;
  }

  #find(hash: number): number {
    let slot = this.#buckets[hash & this.#mask]! - 1;
    while (slot !== NONE && !(this.#hashes[slot] === hash && this.#holdsKey(slot))) {
      slot = this.#chain[slot]! - 1;
    }
    return slot;
  }

  #holdsKey(slot: number): boolean {
    const start = slot * this.#words;
    for (let word = 0; word < this.#words; word++) {
      if (this.#keys[start + word] !== this.key[word]) return false;
    }
    return true;
  }

  /** Frees the slot that was claimed longest ago. */
  #evict(): number {
    const slot = this.#oldest;
    this.evictions++;
    this.#unlink(slot);
    const bucket = this.#hashes[slot]! & this.#mask;
    if (this.#buckets[bucket] === slot + 1) {
      this.#buckets[bucket] = this.#chain[slot]!;
      return slot;
    }
    let before = this.#buckets[bucket]! - 1;
    while (this.#chain[before] !== slot + 1) before = this.#chain[before]! - 1;
    this.#chain[before] = this.#chain[slot]!;
    return slot;
  }

  #unlink(slot: number): void {
    const older = this.#older[slot]!;
    const newer = this.#newer[slot]!;
    if (older === NONE) this.#oldest = newer;
    else this.#newer[older] = newer;
    if (newer === NONE) this.#newest = older;
    else this.#older[newer] = older;
  }

  #append(slot: number): void {
    this.#older[slot] = this.#newest;
    this.#newer[slot] = NONE;
    if (this.#newest === NONE) this.#oldest = slot;
    else this.#newer[this.#newest] = slot;
    this.#newest = slot;
  }
}
