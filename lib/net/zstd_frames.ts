/** Finds where the frames of a Zstandard stream end (RFC 8878 section 3.1), without decompressing. */

/** Magic number of a frame, and of one that carries something else, its low four bits aside. */
const MAGIC = { frame: 0xfd2fb528, skippable: 0x184d2a50 } as const;

/** Lengths of the parts of a frame. */
const LENGTH = { magic: 4, descriptor: 1, blockHeader: 3, checksum: 4, size: 4 } as const;

/** Block types of section 3.1.1.2.2. */
const BLOCK = { runLength: 1, reserved: 3 } as const;

type Part =
  | "magic"
  | "descriptor"
  | "header"
  | "blockHeader"
  | "block"
  | "checksum"
  | "size"
  | "skipped";

/** True when `bytes` (4 at least) start a Zstandard stream. */
export function isZstd(bytes: Uint8Array): boolean {
  return isMagic(littleEndian(bytes, LENGTH.magic));
}

function isMagic(value: number): boolean {
  return value === MAGIC.frame || isSkippable(value);
}

function isSkippable(value: number): boolean {
  return value - value % 16 === MAGIC.skippable;
}

function littleEndian(bytes: Uint8Array, length: number): number {
  return bytes.subarray(0, length).reduceRight((value, byte) => value * 256 + byte, 0);
}

/** Follows the structure of a stream over pieces of any size. */
export class ZstdFrames {
  /** Why the bytes are no Zstandard stream from here on. */
  fault: string | undefined;
  #part: Part = "magic";
  /** Bytes of the part that have not come. */
  #left: number = LENGTH.magic;
  /** The first bytes of the part. */
  readonly #head = new Uint8Array(4);
  #headLength = 0;
  #hasChecksum = false;
  #isLastBlock = false;

  /** True where a frame ended, or none has begun. */
  get isBetweenFrames(): boolean {
    return this.#part === "magic" && this.#left === LENGTH.magic;
  }

  /**
   * Goes through `bytes` from `start` to the end of a block or a frame, or as far as they go; gives
   * where it stopped.
   */
  next(bytes: Uint8Array, start: number): number {
    let offset = start;
    while (offset < bytes.length && this.fault === undefined) {
      const taken = Math.min(this.#left, bytes.length - offset);
      const head = bytes.subarray(offset, offset + Math.min(taken, 4 - this.#headLength));
      this.#head.set(head, this.#headLength);
      this.#headLength += head.length;
      offset += taken;
      this.#left -= taken;
      let isBlockEnd = false;
      while (this.#left === 0 && this.fault === undefined) {
        isBlockEnd ||= this.#part === "block";
        this.#enterNextPart();
      }
      if (isBlockEnd || this.isBetweenFrames) break;
    }
    return offset;
  }

  #enter(part: Part, length: number): void {
    this.#part = part;
    this.#left = length;
    this.#headLength = 0;
  }

  #enterNextPart(): void {
    const value = littleEndian(this.#head, this.#headLength);
    switch (this.#part) {
      case "magic":
        if (value === MAGIC.frame) this.#enter("descriptor", LENGTH.descriptor);
        else if (isSkippable(value)) this.#enter("size", LENGTH.size);
        else this.fault = "something else than a frame follows";
        break;
      case "descriptor":
        this.#hasChecksum = (value & 0x04) !== 0;
        this.#enter("header", headerLength(value));
        break;
      case "blockHeader":
        this.#enterBlock(value);
        break;
      case "block":
        if (!this.#isLastBlock) this.#enter("blockHeader", LENGTH.blockHeader);
        else if (this.#hasChecksum) this.#enter("checksum", LENGTH.checksum);
        else this.#enter("magic", LENGTH.magic);
        break;
      case "header":
        this.#enter("blockHeader", LENGTH.blockHeader);
        break;
      case "size":
        this.#enter("skipped", value);
        break;
      case "checksum":
      case "skipped":
        this.#enter("magic", LENGTH.magic);
        break;
    }
  }

  #enterBlock(header: number): void {
    this.#isLastBlock = (header & 1) !== 0;
    const type = header >> 1 & 3;
    if (type === BLOCK.reserved) this.fault = "a block of a reserved type";
    else this.#enter("block", type === BLOCK.runLength ? 1 : header >> 3);
  }
}

/** Bytes of window descriptor, dictionary identifier and content size, which a descriptor announces. */
function headerLength(descriptor: number): number {
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const dictionary = [0, 1, 2, 4][descriptor & 3]!;
  const contentSize = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6]!;
  return (isSingleSegment ? 0 : 1) + dictionary + contentSize;
}
