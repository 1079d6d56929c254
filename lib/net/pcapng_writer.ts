/** Writes captures as pcapng (draft-ietf-opsawg-pcapng), which holds several link types in one file. */

/** Types of blocks; section 4 of the draft. */
const BLOCK = { section: 0x0a0d0d0a, interface: 1, enhancedPacket: 6 } as const;

/** Section 4.1: what tells the byte order, the version, and a length that is not known beforehand. */
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const MAJOR_VERSION = 1;
const UNKNOWN_LENGTH = 0xffff_ffff;

/** Type and length before the body of a block, the length once more behind it. */
const AROUND_BODY = 12;

/** Bytes of an enhanced packet block's body before the packet. */
const BEFORE_PACKET = 20;

const TWO_32 = 2 ** 32;

const FIRST_CAPACITY = 64 * 1024;

/**
 * Makes one section in which each link type has an interface of its own, with times in microseconds.
 * The bytes are to be taken from time to time.
 */
export class PcapngWriter {
  #bytes = new Uint8Array(FIRST_CAPACITY);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;
  /** Link types by number of their interface. */
  readonly #linkTypes: number[] = [];

  constructor() {
    const body = this.#block(BLOCK.section, 16);
    this.#view.setUint32(body, BYTE_ORDER_MAGIC, true);
    this.#view.setUint16(body + 4, MAJOR_VERSION, true);
    this.#view.setUint32(body + 8, UNKNOWN_LENGTH, true);
    this.#view.setUint32(body + 12, UNKNOWN_LENGTH, true);
  }

  /** Adds `captured` bytes of a packet at `offset` of `bytes`, as a PacketHandler gets them. */
  packet(
    bytes: Uint8Array,
    offset: number,
    captured: number,
    wire: number,
    micros: number,
    linkType: number,
  ): void {
    const number = this.#interfaceOf(linkType);
    const body = this.#block(BLOCK.enhancedPacket, BEFORE_PACKET + captured);
    const view = this.#view;
    view.setUint32(body, number, true);
    view.setUint32(body + 4, Math.floor(micros / TWO_32), true);
    view.setUint32(body + 8, micros % TWO_32, true);
    view.setUint32(body + 12, captured, true);
    view.setUint32(body + 16, wire, true);
    this.#bytes.set(bytes.subarray(offset, offset + captured), body + BEFORE_PACKET);
  }

  /** No more packets will come. Where none came, describes an interface: readers insist on one. */
  end(linkType: number): void {
    if (this.#linkTypes.length === 0) this.#interfaceOf(linkType);
  }

  /** What was written since the last call, valid until the next packet. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.#bytes.subarray(0, this.#length);
    this.#length = 0;
    return taken;
  }

  #interfaceOf(linkType: number): number {
    const number = this.#linkTypes.indexOf(linkType);
    if (number >= 0) return number;
    // Section 4.2: link type, two reserved bytes, and a snaplen, of which 0 means no limit.
    const body = this.#block(BLOCK.interface, 8);
    this.#view.setUint16(body, linkType, true);
    return this.#linkTypes.push(linkType) - 1;
  }

  /** Appends a block with a body of `length` zeros; gives the offset of the body. */
  #block(type: number, length: number): number {
    const total = AROUND_BODY + length + (4 - length % 4) % 4;
    this.#reserve(total);
    const start = this.#length;
    this.#bytes.fill(0, start, start + total);
    this.#view.setUint32(start, type, true);
    this.#view.setUint32(start + 4, total, true);
    this.#view.setUint32(start + total - 4, total, true);
    this.#length += total;
    return start + 8;
  }

  #reserve(length: number): void {
    const needed = this.#length + length;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

/** How many of the first `length` bytes that a writer made are whole blocks. */
export function wholeBlocks(bytes: Uint8Array, length: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let end = 0;
  while (end + AROUND_BODY <= length) {
    const next = end + view.getUint32(end + 4, true);
    if (next > length) break;
    end = next;
  }
  return end;
}
