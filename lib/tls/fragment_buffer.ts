/** Puts a byte stream together from pieces that know their place in it (QUIC CRYPTO, DTLS). */

/** How much one buffer may hold. A ClientHello with post-quantum keys has about 2 KiB. */
export const MAX_FRAGMENT_BYTES = 64 * 1024;

/** Gaps between the pieces are bounded by this. Browsers cut a hello into about a dozen. */
export const MAX_FRAGMENTS = 64;

const SMALLEST_STORE = 512;

const NOTHING = new Uint8Array(0);

/**
 * Collects pieces in any order, with overlaps and repetitions; what came first stays. Memory grows
 * with the bytes that arrived, never with the offsets that they claim; past the limits a piece is
 * dropped.
 */
export class FragmentBuffer {
  /** Position in the stream of the first byte that has not been taken. */
  #base = 0;
  /** The bytes of all pieces in order of arrival. */
  #store: Uint8Array<ArrayBuffer> = NOTHING;
  #stored = 0;
  /** Pieces by their position in the stream, which do not overlap. */
  #starts: number[] = [];
  #lengths: number[] = [];
  /** Where the bytes of a piece lie in the store. */
  #places: number[] = [];

  /** True when no piece is held. */
  get empty(): boolean {
    return this.#starts.length === 0;
  }

  /** Bytes of memory that are held. */
  get held(): number {
    return this.#store.length;
  }

  /** Adds a copy of `bytes[from, to)`, whose place in the stream is `offset`. */
  add(offset: number, bytes: Uint8Array, from = 0, to: number = bytes.length): void {
    const end = offset + (to - from);
    if (end > this.#base + MAX_FRAGMENT_BYTES) return;
    let at = Math.max(offset, this.#base);
    let index = 0;
    while (at < end) {
      const start = this.#starts[index];
      if (start !== undefined && start <= at) {
        at = Math.max(at, start + this.#lengths[index]!);
        index++;
        continue;
      }
      const stop = start === undefined ? end : Math.min(end, start);
      const source = from + (at - offset);
      if (!this.#insert(index, at, bytes, source, source + (stop - at))) return;
      at = stop;
      // Where the new bytes were joined to the piece before, this looks at the next one again.
      index = Math.max(0, index - 1);
    }
  }

  /** The next `length` bytes, but takes nothing; undefined while one of them is missing. */
  peek(length: number): Uint8Array<ArrayBuffer> | undefined {
    if (this.#starts[0] === this.#base && this.#lengths[0]! >= length) {
      return this.#store.slice(this.#places[0], this.#places[0]! + length);
    }
    let missing = length;
    let end = this.#base;
    for (let index = 0; missing > 0; index++) {
      if (this.#starts[index] !== end) return undefined;
      end += this.#lengths[index]!;
      missing -= this.#lengths[index]!;
    }
    const bytes = new Uint8Array(length);
    for (let index = 0, at = 0; at < length; index++) {
      const size = Math.min(this.#lengths[index]!, length - at);
      const place = this.#places[index]!;
      bytes.set(this.#store.subarray(place, place + size), at);
      at += size;
    }
    return bytes;
  }

  /** Goes on by `length` bytes: what lies before is dropped, and will be when it comes again. */
  skip(length: number): void {
    this.#base += length;
    while (this.#starts.length > 0) {
      const over = this.#base - this.#starts[0]!;
      if (over <= 0) return;
      if (over < this.#lengths[0]!) {
        this.#starts[0]! += over;
        this.#lengths[0]! -= over;
        this.#places[0]! += over;
        return;
      }
      this.#starts.shift();
      this.#lengths.shift();
      this.#places.shift();
    }
    this.#store = NOTHING;
    this.#stored = 0;
  }

  /** Stores one piece, or lengthens the one before it; false when there is no room. */
  #insert(index: number, start: number, bytes: Uint8Array, from: number, to: number): boolean {
    const length = to - from;
    if (this.#stored + length > MAX_FRAGMENT_BYTES) return false;
    const before = index - 1;
    const joins = before >= 0 && this.#starts[before]! + this.#lengths[before]! === start &&
      this.#places[before]! + this.#lengths[before]! === this.#stored;
    if (!joins && this.#starts.length >= MAX_FRAGMENTS) return false;
    if (joins) {
      this.#lengths[before]! += length;
    } else {
      this.#starts.splice(index, 0, start);
      this.#lengths.splice(index, 0, length);
      this.#places.splice(index, 0, this.#stored);
    }
    this.#reserve(length);
    this.#store.set(bytes.subarray(from, to), this.#stored);
    this.#stored += length;
    return true;
  }

  #reserve(extra: number): void {
    const needed = this.#stored + extra;
    if (needed <= this.#store.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#store.length * 2, SMALLEST_STORE));
    grown.set(this.#store);
    this.#store = grown;
  }
}
