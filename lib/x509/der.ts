/** A bounded reader of DER (X.690), as far as X.509 needs it. */

/** Elements may lie this deep in one another; a certificate needs about ten levels. */
export const MAX_DER_DEPTH = 16;

/** Identifier octets (X.690 8.1.2): class, constructed bit and number in one byte. */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  utf8String: 0x0c,
  numericString: 0x12,
  printableString: 0x13,
  t61String: 0x14,
  videotexString: 0x15,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  graphicString: 0x19,
  visibleString: 0x1a,
  generalString: 0x1b,
  universalString: 0x1c,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const;

/** Identifier octet of `[number] EXPLICIT`, or of an IMPLICIT one with elements inside. */
export function explicitTag(number: number): number {
  return 0xa0 | number;
}

/** Identifier octet of `[number] IMPLICIT` of a primitive type. */
export function implicitTag(number: number): number {
  return 0x80 | number;
}

/** One element: its identifier octet, what it holds, and both with the length between them. */
export interface DerElement {
  readonly tag: number;
  readonly content: Uint8Array;
  readonly raw: Uint8Array;
}

/** X.690 8.1.2.4: an identifier of several octets, which no part of X.509 uses. */
const HIGH_TAG_NUMBER = 0x1f;

/** Most octets of a length: what is more claims over 16 EiB or pads with zeros beyond reason. */
const MAX_LENGTH_OCTETS = 8;

/**
 * A cursor over the elements of one level.
 *
 * Reading never throws: what is not there, or is not the element asked for, yields undefined or an
 * empty reader and sets `failed`, which stays set and ends the level. Lengths may be longer than
 * they need be, as some real certificates have them; indefinite lengths (X.690 10.1) may not.
 */
export class DerReader {
  /** True once an element was cut short, malformed, of another kind or too deep. */
  failed = false;
  readonly #bytes: Uint8Array;
  readonly #depth: number;
  #offset = 0;

  /** @param depth How many elements lie around `bytes`. */
  constructor(bytes: Uint8Array, depth = 0) {
    this.#bytes = bytes;
    this.#depth = depth;
    if (depth > MAX_DER_DEPTH) this.#fail();
  }

  /** True when nothing is left to read, or nothing can be. */
  get done(): boolean {
    return this.#offset >= this.#bytes.length;
  }

  /** Identifier octet of the next element; undefined at the end. */
  get nextTag(): number | undefined {
    return this.#bytes[this.#offset];
  }

  /** The next element, whatever it is; undefined at the end, and when it is malformed. */
  next(): DerElement | undefined {
    const start = this.#offset;
    const tag = this.#bytes[start];
    if (tag === undefined) return undefined;
    const length = this.#readLength();
    if (length === undefined || (tag & HIGH_TAG_NUMBER) === HIGH_TAG_NUMBER) return this.#fail();
    const contentStart = this.#offset;
    this.#offset += length;
    return {
      tag,
      content: this.#bytes.subarray(contentStart, this.#offset),
      raw: this.#bytes.subarray(start, this.#offset),
    };
  }

  /** The next element, which must have this tag. */
  expect(tag: number): DerElement | undefined {
    return this.nextTag === tag ? this.next() : this.#fail();
  }

  /** The next element if it has this tag; otherwise undefined, and nothing is read or failed. */
  optional(tag: number): DerElement | undefined {
    return this.nextTag === tag ? this.next() : undefined;
  }

  /** Reader of what is inside the next element, which must have this tag. */
  enter(tag: number): DerReader {
    const element = this.expect(tag);
    const inner = new DerReader(element?.content ?? new Uint8Array(0), this.#depth + 1);
    if (element === undefined) inner.failed = true;
    return inner;
  }

  /** Reads the length octets after the identifier, and checks that so much is there. */
  #readLength(): number | undefined {
    const first = this.#bytes[this.#offset + 1];
    this.#offset += 2;
    if (first === undefined) return undefined;
    let length = first;
    if (first >= 0x80) {
      const octets = first & 0x7f;
      if (octets === 0 || octets > MAX_LENGTH_OCTETS) return undefined;
      length = 0;
      for (let index = 0; index < octets; index++) {
        length = length * 256 + (this.#bytes[this.#offset++] ?? 0);
      }
    }
    return length <= this.#bytes.length - this.#offset ? length : undefined;
  }

  #fail(): undefined {
    this.failed = true;
    this.#offset = this.#bytes.length;
    return undefined;
  }
}
