/** Bytes that arrived and have not been consumed, for cutting a stream into records or messages. */

const SMALLEST_BUFFER = 512;

const NOTHING = new Uint8Array(0);

/**
 * A first-in first-out buffer. A view of appended bytes that it gave out stays valid: consumed bytes
 * are never overwritten. Holds about twice what has not been consumed, and copies each byte a bounded number
 * of times however small the pieces are in which a hostile peer sends them.
 */
export class ByteQueue {
  #buffer: Uint8Array = NOTHING;
  /** The buffer is somebody else's; it is full, so nothing is ever written to it. */
  #lent = false;
  #start = 0;
  #end = 0;

  /** Bytes that have not been consumed. */
  get length(): number {
    return this.#end - this.#start;
  }

  /** Bytes of memory that it keeps: of consumed bytes too, until it is empty. */
  get held(): number {
    return this.#lent ? 0 : this.#buffer.length;
  }

  /** Adds a copy of `bytes` at the end. */
  append(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    const needed = this.length + bytes.length;
    if (needed === bytes.length) {
      // Most often nothing follows.
      this.#buffer = bytes.slice();
      this.#start = 0;
      this.#lent = false;
    } else {
      if (this.#end + bytes.length > this.#buffer.length) {
        const grown = new Uint8Array(Math.max(needed * 2, SMALLEST_BUFFER));
        grown.set(this.peek());
        this.#buffer = grown;
        this.#start = 0;
        this.#lent = false;
      }
      this.#buffer.set(bytes, this.#start + needed - bytes.length);
    }
    this.#end = this.#start + needed;
  }

  /**
   * Adds `bytes` without a copy where nothing waits. The caller takes what it can and then calls
   * {@linkcode ByteQueue.settle}; the bytes, and views of them, may be invalid from then on.
   */
  lend(bytes: Uint8Array): void {
    if (this.length > 0) return this.append(bytes);
    this.#buffer = bytes;
    this.#start = 0;
    this.#end = bytes.length;
    this.#lent = true;
  }

  /** Keeps a copy of what was lent and is still there, and no memory when nothing is there. */
  settle(): void {
    if (!this.#lent && this.length > 0) return;
    this.#lent = false;
    this.#buffer = this.length === 0 ? NOTHING : this.peek().slice();
    this.#end -= this.#start;
    this.#start = 0;
  }

  /** View of everything that has not been consumed. */
  peek(): Uint8Array {
    return this.#buffer.subarray(this.#start, this.#end);
  }

  /** One of the bytes that have not been consumed, by its place among them; undefined past the end. */
  at(index: number): number | undefined {
    const place = this.#start + index;
    return place < this.#end ? this.#buffer[place] : undefined;
  }

  /** Consumes `length` bytes, or all there are if that is less, and gives a view of them. */
  take(length: number): Uint8Array {
    const from = this.#start;
    this.skip(length);
    return this.#buffer.subarray(from, this.#start);
  }

  /** Consumes `length` bytes, or all there are if that is less. */
  skip(length: number): void {
    this.#start = Math.min(this.#start + length, this.#end);
  }

  /** Drops everything. */
  clear(): void {
    this.#buffer = NOTHING;
    this.#lent = false;
    this.#start = 0;
    this.#end = 0;
  }
}
