/** Bytes that arrived and have not been consumed, for cutting a stream into records or messages. */

const SMALLEST_BUFFER = 512;

/**
 * A first-in first-out buffer. A view that it gave out stays valid: consumed bytes are never
 * overwritten. Holds about twice what has not been consumed, and copies each byte a bounded number
 * of times however small the pieces are in which a hostile peer sends them.
 */
export class ByteQueue {
  #buffer = new Uint8Array(0);
  #start = 0;
  #end = 0;

  /** Bytes that have not been consumed. */
  get length(): number {
    return this.#end - this.#start;
  }

  /** Adds a copy of `bytes` at the end. */
  append(bytes: Uint8Array): void {
    const needed = this.length + bytes.length;
    if (this.#end + bytes.length > this.#buffer.length) {
      const grown = new Uint8Array(Math.max(needed * 2, SMALLEST_BUFFER));
      grown.set(this.peek());
      this.#buffer = grown;
      this.#start = 0;
    }
    this.#buffer.set(bytes, this.#start + needed - bytes.length);
    this.#end = this.#start + needed;
  }

  /** View of everything that has not been consumed. */
  peek(): Uint8Array {
    return this.#buffer.subarray(this.#start, this.#end);
  }

  /** Consumes `length` bytes, or all there are if that is less, and gives a view of them. */
  take(length: number): Uint8Array {
    const view = this.peek().subarray(0, length);
    this.#start += view.length;
    return view;
  }

  /** Drops everything. */
  clear(): void {
    this.#buffer = new Uint8Array(0);
    this.#start = 0;
    this.#end = 0;
  }
}
