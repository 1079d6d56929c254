/** The values of MaxMind DB files. */

/** Numbers of the types in the format's description. */
const TYPE = {
  ...{ extended: 0, pointer: 1, string: 2, double: 3, bytes: 4, uint16: 5, uint32: 6, map: 7 },
  ...{ int32: 8, uint64: 9, uint128: 10, array: 11, boolean: 14, float: 15 },
} as const;

/** Values within values. */
const MAX_DEPTH = 16;

/** Values that one record may consist of. */
const MAX_VALUES = 4096;

/** What the size bits add to that follow in one, two or three bytes. */
const SIZE_BASES = [29, 285, 65_821] as const;

/** What a pointer of two, three or four bytes adds. */
const POINTER_BASES = [0, 2048, 526_336, 0] as const;

const decoder = new TextDecoder();

/** Decodes values out of a data section. */
export class MmdbDecoder {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;
  #left = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /**
   * The value at `offset`: text, number, bigint, boolean, bytes, list, or a Map for a map; undefined where
   * there is none.
   */
  value(offset: number): unknown {
    this.#at = offset;
    this.#left = MAX_VALUES;
    try {
      return this.#value(0);
    } catch (error) {
      if (error instanceof RangeError) return undefined;
      throw error;
    }
  }

  #value(depth: number): unknown {
    if (depth > MAX_DEPTH || this.#left-- <= 0) throw new RangeError("too much in it");
    const control = this.#byte();
    let type = control >> 5;
    if (type === TYPE.pointer) return this.#pointed(control, depth);
    if (type === TYPE.extended) type = 7 + this.#byte();
    const size = this.#size(control & 0x1f);
    switch (type) {
      case TYPE.map:
        return this.#map(size, depth);
      case TYPE.array:
        return this.#array(size, depth);
      case TYPE.boolean:
        return size !== 0;
      case TYPE.string:
        return decoder.decode(this.#take(size));
      case TYPE.bytes:
        return this.#take(size);
      case TYPE.double:
        return this.#view.getFloat64(this.#skip(8));
      case TYPE.float:
        return this.#view.getFloat32(this.#skip(4));
      case TYPE.int32:
        return this.#integer(size) | 0;
      case TYPE.uint16:
      case TYPE.uint32:
        return this.#integer(size);
      case TYPE.uint64:
      case TYPE.uint128:
        return this.#take(size).reduce((sum, byte) => sum << 8n | BigInt(byte), 0n);
      default:
        throw new RangeError(`type ${type}`);
    }
  }

  #map(size: number, depth: number): Map<string, unknown> {
    const map = new Map<string, unknown>();
    for (let index = 0; index < size; index++) {
      const key = this.#value(depth + 1);
      map.set(String(key), this.#value(depth + 1));
    }
    return map;
  }

  #array(size: number, depth: number): unknown[] {
    const list: unknown[] = [];
    for (let index = 0; index < size; index++) list.push(this.#value(depth + 1));
    return list;
  }

  #pointed(control: number, depth: number): unknown {
    const size = control >> 3 & 3;
    const high = size === 3 ? 0 : (control & 7) << 8 * (size + 1);
    const target = high + this.#integer(size + 1) + POINTER_BASES[size]!;
    const back = this.#at;
    this.#at = target;
    const value = this.#value(depth + 1);
    this.#at = back;
    return value;
  }

  #size(bits: number): number {
    if (bits < 29) return bits;
    return SIZE_BASES[bits - 29]! + this.#integer(bits - 28);
  }

  #integer(size: number): number {
    if (size > 4) throw new RangeError("an integer of more than four bytes");
    return this.#take(size).reduce((sum, byte) => sum * 256 + byte, 0);
  }

  #byte(): number {
    return this.#bytes[this.#skip(1)]!;
  }

  #take(size: number): Uint8Array {
    const at = this.#skip(size);
    return this.#bytes.subarray(at, at + size);
  }

  /** Moves on over `size` bytes, which have to be there. */
  #skip(size: number): number {
    const at = this.#at;
    if (at < 0 || size > this.#bytes.length - at) throw new RangeError("cut off");
    this.#at = at + size;
    return at;
  }
}
