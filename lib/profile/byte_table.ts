/** Numbers for byte strings: the same number for the same bytes, without making a string of them. */

/** FNV-1a, 32 bits (RFC 9923): offset basis and prime. */
const BASIS = 0x811c9dc5;
const PRIME = 0x01000193;

/** Slots that a new table has; a power of two. */
const FIRST_SLOTS = 1024;

/** A table from byte strings to numbers that count up from 0. */
export class ByteTable {
  #arena = new Uint8Array(64 * 1024);
  #used = 0;
  /** Start of each string in the arena; the next one's start is its end. */
  #starts = new Uint32Array(FIRST_SLOTS);
  #hashes = new Int32Array(FIRST_SLOTS);
  /** Number + 1 of the string in a slot; 0 for none. */
  #slots = new Uint32Array(FIRST_SLOTS * 2);
  #size = 0;

  /** Strings in the table. */
  get size(): number {
    return this.#size;
  }

  /** Bytes of all strings. */
  get bytes(): number {
    return this.#used;
  }

  /** The number of `bytes` from `start` to `stop`, which get one if they have none. */
  intern(bytes: Uint8Array, start: number, stop: number): number {
    const hash = hashOf(bytes, start, stop);
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    while (true) {
      const entry = this.#slots[slot]!;
      if (entry === 0) break;
      if (this.#hashes[entry - 1] === hash && this.#equals(entry - 1, bytes, start, stop)) {
        return entry - 1;
      }
      slot = (slot + 1) & mask;
    }
    return this.#add(slot, hash, bytes, start, stop);
  }

  /** The number of `bytes` from `start` to `stop`; -1 when they have none. */
  find(bytes: Uint8Array, start: number, stop: number): number {
    const hash = hashOf(bytes, start, stop);
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    while (true) {
      const entry = this.#slots[slot]!;
      if (entry === 0) return -1;
      if (this.#hashes[entry - 1] === hash && this.#equals(entry - 1, bytes, start, stop)) {
        return entry - 1;
      }
      slot = (slot + 1) & mask;
    }
  }

  /** The bytes with this number; a view, valid until the table changes. */
  at(number: number): Uint8Array {
    return this.#arena.subarray(this.#starts[number], this.#endOf(number));
  }

  /** Forgets all, and keeps the room. */
  clear(): void {
    this.#slots.fill(0);
    this.#size = 0;
    this.#used = 0;
  }

  #endOf(number: number): number {
    return number + 1 < this.#size ? this.#starts[number + 1]! : this.#used;
  }

  #equals(number: number, bytes: Uint8Array, start: number, stop: number): boolean {
    let at = this.#starts[number]!;
    if (this.#endOf(number) - at !== stop - start) return false;
    const arena = this.#arena;
    while (start < stop) if (arena[at++] !== bytes[start++]) return false;
    return true;
  }

  #add(slot: number, hash: number, bytes: Uint8Array, start: number, stop: number): number {
    if (this.#size === this.#starts.length) this.#growNumbers();
    const length = stop - start;
    if (this.#used + length > this.#arena.length) this.#growArena(this.#used + length);
    const number = this.#size++;
    this.#starts[number] = this.#used;
    this.#hashes[number] = hash;
    this.#arena.set(bytes.subarray(start, stop), this.#used);
    this.#used += length;
    this.#slots[slot] = number + 1;
    if (this.#size * 2 > this.#slots.length) this.#growSlots();
    return number;
  }

  #growArena(needed: number): void {
    const larger = new Uint8Array(Math.max(needed, Math.ceil(this.#arena.length * 1.5)));
    larger.set(this.#arena.subarray(0, this.#used));
    this.#arena = larger;
  }

  #growNumbers(): void {
    const starts = new Uint32Array(this.#starts.length * 2);
    starts.set(this.#starts);
    this.#starts = starts;
    const hashes = new Int32Array(starts.length);
    hashes.set(this.#hashes);
    this.#hashes = hashes;
  }

  #growSlots(): void {
    this.#slots = new Uint32Array(this.#slots.length * 2);
    const mask = this.#slots.length - 1;
    for (let number = 0; number < this.#size; number++) {
      let slot = this.#hashes[number]! & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = number + 1;
    }
  }
}

function hashOf(bytes: Uint8Array, start: number, stop: number): number {
  let hash = BASIS;
  for (let at = start; at < stop; at++) hash = Math.imul(hash ^ bytes[at]!, PRIME);
  // The low bits pick the slot: FNV's are not mixed well.
  hash ^= hash >>> 15;
  return hash | 0;
}
