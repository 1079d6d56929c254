/**
 * Bounded collections that depend on what is added only, not on the order: of more than the limit, those
 * with the smallest hashes of their keys stay. One that stays has never been away, so what is counted of it
 * is exact.
 */

/** A map of bounded size from text. */
export class SampleMap<V> {
  readonly #limit: number;
  readonly #items = new Map<string, V>();
  /** True once an item was given up. */
  truncated: boolean;
  /** Hashes of the keys, once there are as many as may stay. */
  #hashes: Map<string, number> | undefined;
  /** Of the item that goes next; -1 while it is not known. */
  #largest = -1;
  #largestKey = "";

  /** Keys that came since the map was made or loaded, and that went since then. */
  readonly #changes: { readonly fresh: Set<string>; readonly gone: string[] } | undefined;

  /** @param tracks true to remember which keys come and go */
  constructor(limit: number, truncated = false, tracks = false) {
    this.#limit = limit;
    this.truncated = truncated;
    this.#changes = tracks ? { fresh: new Set(), gone: [] } : undefined;
  }

  /** Keys that came since the map was made or loaded, and are still there. */
  get fresh(): Iterable<string> {
    return this.#changes?.fresh ?? [];
  }

  /** Keys that were there when the map was loaded, and had to go. */
  get gone(): readonly string[] {
    return this.#changes?.gone ?? [];
  }

  /** Puts back an item that was stored. */
  restore(key: string, value: V): void {
    this.#items.set(key, value);
  }

  /** Number of items. */
  get size(): number {
    return this.#items.size;
  }

  /** The item of `key`. */
  get(key: string): V | undefined {
    return this.#items.get(key);
  }

  /** Changes an item that is there, or adds one if there is room for it. */
  set(key: string, value: V): void {
    if (this.#items.has(key)) this.#items.set(key, value);
    else this.add(key, value);
  }

  /** Adds an item that is not there yet; false when it has to stay out. */
  add(key: string, value: V): boolean {
    if (this.#items.size < this.#limit) {
      this.#items.set(key, value);
      this.#changes?.fresh.add(key);
      return true;
    }
    this.truncated = true;
    const hashes = this.#hashes ??= this.#allHashes();
    if (this.#largest < 0) this.#findLargest(hashes);
    const hash = textHash(key);
    if (isLarger(hash, key, this.#largest, this.#largestKey)) return false;
    this.#items.delete(this.#largestKey);
    hashes.delete(this.#largestKey);
    if (this.#changes !== undefined) {
      const { fresh, gone } = this.#changes;
      if (!fresh.delete(this.#largestKey)) gone.push(this.#largestKey);
      fresh.add(key);
    }
    this.#items.set(key, value);
    hashes.set(key, hash);
    this.#largest = -1;
    return true;
  }

  /** Keys and items, in the order in which they came. */
  [Symbol.iterator](): MapIterator<[string, V]> {
    return this.#items[Symbol.iterator]();
  }

  /** The items. */
  values(): MapIterator<V> {
    return this.#items.values();
  }

  /** The keys. */
  keys(): MapIterator<string> {
    return this.#items.keys();
  }

  #allHashes(): Map<string, number> {
    const hashes = new Map<string, number>();
    for (const key of this.#items.keys()) hashes.set(key, textHash(key));
    return hashes;
  }

  #findLargest(hashes: ReadonlyMap<string, number>): void {
    for (const [key, hash] of hashes) {
      if (this.#largest >= 0 && !isLarger(hash, key, this.#largest, this.#largestKey)) continue;
      this.#largest = hash;
      this.#largestKey = key;
    }
  }
}

/** Adds `text` to a list of distinct texts, of which `limit` stay. */
export function addSampled(list: string[], text: string, limit: number): void {
  if (list.includes(text)) return;
  list.push(text);
  if (list.length <= limit) return;
  let place = 0;
  for (let index = 1; index < list.length; index++) {
    const [one, other] = [list[index]!, list[place]!];
    if (isLarger(textHash(one), one, textHash(other), other)) place = index;
  }
  list.splice(place, 1);
}

function isLarger(hash: number, key: string, otherHash: number, otherKey: string): boolean {
  return hash === otherHash ? key > otherKey : hash > otherHash;
}

/** A 32-bit hash of text: FNV-1a over its code units, mixed as MurmurHash3 ends. */
export function textHash(text: string, seed = 0x811c9dc5): number {
  let hash = seed;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
