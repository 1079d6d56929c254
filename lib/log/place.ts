/** A place in a file that moves on, with the bytes around it that identify it. */
import {
  type Anchor,
  type LogCursor,
  MAX_ANCHORS,
  MAX_BEFORE,
  type Origin,
  startCursor,
} from "./cursor.ts";
import { firstNonNul, hashOf, HEAD_SIZE, type Signature, TAIL_SIZE } from "./signature.ts";

/** Bytes between the anchors that are nearest to a place. */
const ANCHOR_STEP = 64 * 1024;

const LF = 0x0a;

/** Starts at byte 0 and is moved over each byte of the file in turn. */
export class Place {
  readonly origin: Origin;
  #offset = 0;
  /** The head of the file, those bytes before the place only. */
  #head = new Uint8Array(HEAD_SIZE);
  #headLength = 0;
  /** Hash of the head, once it is complete. */
  #headHash: string | undefined;
  /** The last bytes before the place. */
  #tail = new Uint8Array(TAIL_SIZE);
  /** The latest first, farther apart with their age; never changed, only replaced. */
  #anchors: readonly Anchor[] = [];

  constructor(origin: Origin) {
    this.origin = origin;
  }

  /**
   * A place that is not reached byte by byte.
   *
   * @param head of the file, as far as it is before `offset`
   * @param tail the last bytes before `offset`, 256 at most
   * @param anchors of an earlier place; those behind `offset` are dropped
   */
  static at(
    origin: Origin,
    offset: number,
    head: Uint8Array,
    tail: Uint8Array,
    anchors: readonly Anchor[] = [],
  ): Place {
    const place = new Place(origin);
    place.#anchors = anchors.filter((anchor) => anchor.offset <= offset);
    place.#head.set(head);
    place.#headLength = head.length;
    place.#tail.set(tail);
    place.#offset = offset;
    return place;
  }

  /** Bytes of the file before the place. */
  get offset(): number {
    return this.#offset;
  }

  /** View of the last bytes before the place, 256 at most. */
  get tail(): Uint8Array {
    return this.#tail.subarray(0, Math.min(TAIL_SIZE, this.#offset));
  }

  /** As in {@linkcode LogCursor}. */
  get anchors(): readonly Anchor[] {
    return this.#anchors;
  }

  /** True while there is nothing before the place, or NULs only: no other file can be told from it. */
  get isBlank(): boolean {
    return this.#headLength === 0;
  }

  /** True behind a line that was given without its newline. NULs before the place are those of a hole. */
  get isInLine(): boolean {
    const last = this.tail.at(-1);
    return last !== undefined && last !== LF && last !== 0;
  }

  /** What has come before the next file: this one, unless nothing tells it from others. */
  get passed(): readonly Signature[] | undefined {
    const { before } = this.origin;
    if (this.isBlank) return before;
    const signature = { size: this.#headLength, hash: this.#hashHead() };
    return [signature, ...before ?? []].slice(0, MAX_BEFORE);
  }

  /** True when the head is complete and not that of `cursor`. */
  differsFrom(cursor: LogCursor): boolean {
    return this.#headLength === HEAD_SIZE && this.#hashHead() !== cursor.head;
  }

  /** True when the head is complete and that of `cursor`. */
  startsLike(cursor: LogCursor): boolean {
    return this.#headLength === HEAD_SIZE && this.#hashHead() === cursor.head;
  }

  /** Moves the place over the first `length` of `bytes`, which are the next of the file. */
  advance(bytes: Uint8Array, length: number): void {
    if (this.#headLength < HEAD_SIZE) this.#extendHead(bytes.subarray(0, length));
    const known = this.tail.length;
    const fresh = Math.min(length, TAIL_SIZE);
    const kept = Math.min(known, TAIL_SIZE - fresh);
    this.#tail.copyWithin(0, known - kept, known);
    this.#tail.set(bytes.subarray(length - fresh, length), kept);
    this.#offset += length;
    const isLineStart = length > 0 && bytes[length - 1] === LF;
    if (isLineStart && this.#offset - (this.#anchors[0]?.offset ?? 0) >= ANCHOR_STEP) {
      this.anchor();
    }
  }

  /** A place of its own at the same offset. */
  clone(): Place {
    const copy = new Place(this.origin);
    copy.#offset = this.#offset;
    copy.#anchors = this.#anchors;
    copy.#tail.set(this.#tail);
    copy.#headHash = this.#headHash;
    copy.#headLength = this.#headLength;
    // Nobody writes to a head that is complete.
    if (this.#headLength === HEAD_SIZE) copy.#head = this.#head;
    else copy.#head.set(this.#head);
    return copy;
  }

  /** The place as a value to be stored. */
  cursor(): LogCursor {
    return {
      ...startCursor(this.origin),
      offset: this.#offset,
      head: this.#hashHead(),
      tail: hashOf(this.tail),
      ...this.#anchors.length === 0 ? {} : { anchors: this.#anchors },
    };
  }

  /** True when `cursor` names this place, in this file or in one that is equal up to here. */
  isAt({ offset, head, tail }: LogCursor): boolean {
    return offset === this.#offset && head === this.#hashHead() && tail === hashOf(this.tail);
  }

  /** Adds an anchor here, and drops those between two that are close together for their age. */
  anchor(): void {
    const offset = this.#offset;
    if (offset < HEAD_SIZE || offset === this.#anchors[0]?.offset) return;
    const anchors = [{ offset, tail: hashOf(this.tail) }, ...this.#anchors];
    for (let index = anchors.length - 2; index > 0; index--) {
      const gap = anchors[index - 1]!.offset - anchors[index + 1]!.offset;
      const age = offset - anchors[index + 1]!.offset;
      if (gap <= age * 2 / 3) anchors.splice(index, 1);
    }
    this.#anchors = anchors.slice(0, MAX_ANCHORS);
  }

  #extendHead(bytes: Uint8Array): void {
    const start = this.#headLength === 0 ? firstNonNul(bytes) : 0;
    const part = bytes.subarray(start, start + HEAD_SIZE - this.#headLength);
    this.#head.set(part, this.#headLength);
    this.#headLength += part.length;
  }

  #hashHead(): string {
    if (this.#headHash !== undefined) return this.#headHash;
    const hash = hashOf(this.#head.subarray(0, this.#headLength));
    if (this.#headLength === HEAD_SIZE) this.#headHash = hash;
    return hash;
  }
}
