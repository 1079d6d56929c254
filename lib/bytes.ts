/** Reading and writing binary structures: a cursor that never throws and a growing buffer. */

/**
 * A bounded cursor over bytes, for parsers of hostile input.
 *
 * Reading past the end never throws: it yields 0 or an empty view and sets `failed`, which stays
 * set. A parser reads what it needs and asks once, at the end, whether everything was there.
 */
export class ByteReader {
  /** True once a read went past the end. */
  failed = false;
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #offset: number;

  constructor(bytes: Uint8Array, offset = 0, end: number = bytes.length) {
    this.#bytes = bytes;
    this.#offset = offset;
    this.#end = Math.min(end, bytes.length);
  }

  /** Position of the next read, in bytes from the start of the underlying array. */
  get offset(): number {
    return this.#offset;
  }

  /** Bytes left before the end. */
  get remaining(): number {
    return this.#end - this.#offset;
  }

  /** Next unsigned integer of `size` (1 to 4) bytes, big-endian; 0 past the end. */
  uint(size: 1 | 2 | 3 | 4): number {
    if (size > this.remaining) {
      this.#fail();
      return 0;
    }
    let value = 0;
    for (let index = 0; index < size; index++) {
      value = value * 256 + this.#bytes[this.#offset + index]!;
    }
    this.#offset += size;
    return value;
  }

  u8(): number {
    return this.uint(1);
  }

  u16(): number {
    return this.uint(2);
  }

  u24(): number {
    return this.uint(3);
  }

  u32(): number {
    return this.uint(4);
  }

  /** View (no copy) of the next `length` bytes; empty past the end or for a negative length. */
  take(length: number): Uint8Array {
    if (!(length >= 0 && length <= this.remaining)) {
      this.#fail();
      return new Uint8Array(0);
    }
    const view = this.#bytes.subarray(this.#offset, this.#offset + length);
    this.#offset += length;
    return view;
  }

  /** View of a vector that is preceded by its length in `lengthSize` bytes (TLS, SSH). */
  vector(lengthSize: 1 | 2 | 3 | 4): Uint8Array {
    return this.take(this.uint(lengthSize));
  }

  /** View of everything up to the end. */
  rest(): Uint8Array {
    return this.take(this.remaining);
  }

  #fail(): void {
    this.failed = true;
    this.#offset = this.#end;
  }
}

/** A growing big-endian output buffer, with TLS and SSH vectors by callback. */
export class ByteWriter {
  #bytes = new Uint8Array(512);
  #length = 0;

  /** Bytes written so far. */
  get length(): number {
    return this.#length;
  }

  uint(size: 1 | 2 | 3 | 4, value: number): this {
    this.#reserve(size);
    for (let index = size - 1; index >= 0; index--) {
      this.#bytes[this.#length + index] = value & 0xff;
      value = Math.floor(value / 256);
    }
    this.#length += size;
    return this;
  }

  u8(value: number): this {
    return this.uint(1, value);
  }

  u16(value: number): this {
    return this.uint(2, value);
  }

  bytes(value: Uint8Array): this {
    this.#reserve(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
    return this;
  }

  /**
   * Writes what `fill` writes, preceded by its length in `lengthSize` bytes.
   *
   * @throws {RangeError} when the length does not fit
   */
  vector(lengthSize: 1 | 2 | 3 | 4, fill: (writer: this) => void): this {
    const start = this.#length;
    this.uint(lengthSize, 0);
    fill(this);
    const end = this.#length;
    const length = end - start - lengthSize;
    if (length >= 256 ** lengthSize) {
      throw new RangeError(`a vector of ${length} bytes is too long`);
    }
    this.#length = start;
    this.uint(lengthSize, length);
    this.#length = end;
    return this;
  }

  /** Copy of what was written. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length);
  }

  #reserve(extra: number): void {
    if (this.#length + extra <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + extra));
    grown.set(this.#bytes);
    this.#bytes = grown;
  }
}

/** Lowercase hexadecimal of `bytes`. */
export function toHex(bytes: Uint8Array): string {
  return bytes.toHex();
}

/** Bytes of a hexadecimal string. @throws {SyntaxError} when it is not hexadecimal. */
export function fromHex(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromHex(hex);
}

/** All `parts` one after the other. */
export function concatBytes(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

/** True when both hold the same bytes. Not constant-time: for public data only. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
