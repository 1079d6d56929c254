/** Memory for many messages with one system call: recvmmsg(2) and sendmmsg(2), with 64-bit pointers. */
import type { RawLibc } from "./raw_libc.ts";

/** Bytes of a struct mmsghdr: a struct msghdr, the length of what came, padding. */
const MESSAGE = 64;

/** Offsets in it. */
const NAME = 0;
const NAME_LENGTH = 8;
const VECTORS = 16;
const VECTOR_COUNT = 24;
const CONTROL = 32;
const CONTROL_LENGTH = 40;
const LENGTH = 56;

/** Bytes of a struct iovec: an address, a length. */
const VECTOR = 16;

/** Messages that share `data`, which whoever made it holds on to, in `count` equal parts. */
export class MessageSlots {
  /** What the calls want. */
  readonly messages: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;
  // The structures hold addresses of one another, which the garbage collector does not see.
  readonly #vectors: BigUint64Array<ArrayBuffer>;

  constructor(libc: RawLibc, data: Uint8Array<ArrayBuffer>, count: number) {
    const size = data.length / count;
    this.#vectors = new BigUint64Array(new ArrayBuffer(count * VECTOR));
    this.messages = new Uint8Array(new ArrayBuffer(count * MESSAGE));
    this.#view = new DataView(this.messages.buffer);
    const start = libc.addressOf(data);
    const vectors = libc.addressOf(new Uint8Array(this.#vectors.buffer));
    for (let index = 0; index < count; index++) {
      this.#vectors[2 * index] = start + BigInt(index * size);
      this.#vectors[2 * index + 1] = BigInt(size);
      const at = index * MESSAGE;
      this.#view.setBigUint64(at + VECTORS, vectors + BigInt(index * VECTOR), true);
      this.#view.setBigUint64(at + VECTOR_COUNT, 1n, true);
    }
  }

  /** The messages from number `first` on. */
  from(first: number): Uint8Array<ArrayBuffer> {
    return this.messages.subarray(first * MESSAGE);
  }

  /** Bytes of a message that came. */
  lengthOf(index: number): number {
    return this.#view.getUint32(index * MESSAGE + LENGTH, true);
  }

  /** Where a message goes or comes from. @param address of a struct sockaddr of `length` bytes */
  setName(index: number, address: bigint, length: number): void {
    this.#view.setBigUint64(index * MESSAGE + NAME, address, true);
    this.setNameLength(index, length);
  }

  /** The kernel writes how much it has used of the room for a name. */
  setNameLength(index: number, length: number): void {
    this.#view.setUint32(index * MESSAGE + NAME_LENGTH, length, true);
  }

  /** Where control messages come to. @param address of `length` bytes */
  setControl(index: number, address: bigint, length: number): void {
    this.#view.setBigUint64(index * MESSAGE + CONTROL, address, true);
    this.setControlLength(index, length);
  }

  /** As {@linkcode setNameLength}. */
  setControlLength(index: number, length: number): void {
    this.#view.setUint32(index * MESSAGE + CONTROL_LENGTH, length, true);
    this.#view.setUint32(index * MESSAGE + CONTROL_LENGTH + 4, 0, true);
  }
}
