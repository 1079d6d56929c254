/** A keyed hash of bytes, quick enough for each line. */

/**
 * HalfSipHash-1-3 (Aumasson and Bernstein, "SipHash: a fast short-input PRF") of bytes, behind two words that
 * stand for eight more. Its 64 bits of output are drawn as there; a third draw in the same way gives 32
 * further ones.
 */
export class ByteHash {
  /** The last hash: 64 bits, and 32 more. */
  high = 0;
  low = 0;
  more = 0;

  /**
   * Hashes `first`, `second` and the bytes of `view` from `start` to `end`.
   *
   * @param key0 the key's first 32 bits
   * @param key1 its others
   */
  hash(
    view: DataView,
    start: number,
    end: number,
    key0: number,
    key1: number,
    first = 0,
    second = 0,
  ): void {
    let v0 = key0;
    // 64 bits of output are asked for by this constant, and by 0xee below.
    let v1 = key1 ^ 0xee;
    let v2 = key0 ^ 0x6c796765;
    let v3 = key1 ^ 0x74656462;
    const length = end - start;
    const wordsEnd = end - (length & 3);
    for (let at = start - 8; at < wordsEnd; at += 4) {
      const word = at >= start ? view.getInt32(at, true) : at === start - 8 ? first : second;
      v3 ^= word;
      v0 = v0 + v1 | 0;
      v1 = (v1 << 5 | v1 >>> 27) ^ v0;
      v0 = v0 << 16 | v0 >>> 16;
      v2 = v2 + v3 | 0;
      v3 = (v3 << 8 | v3 >>> 24) ^ v2;
      v0 = v0 + v3 | 0;
      v3 = (v3 << 7 | v3 >>> 25) ^ v0;
      v2 = v2 + v1 | 0;
      v1 = (v1 << 13 | v1 >>> 19) ^ v2;
      v2 = v2 << 16 | v2 >>> 16;
      v0 ^= word;
    }
    let last = length + 8 << 24;
    for (let at = end - 1; at >= wordsEnd; at--) last |= view.getUint8(at) << (at - wordsEnd) * 8;
    // The last word, then three rounds for each draw.
    for (let round = 0; round < 10; round++) {
      const word = round === 0 ? last : 0;
      if (round === 1) v2 ^= 0xee;
      else if (round === 4) {
        this.high = v1 ^ v3;
        v1 ^= 0xdd;
      } else if (round === 7) {
        this.low = v1 ^ v3;
        v1 ^= 0xdd;
      }
      v3 ^= word;
      v0 = v0 + v1 | 0;
      v1 = (v1 << 5 | v1 >>> 27) ^ v0;
      v0 = v0 << 16 | v0 >>> 16;
      v2 = v2 + v3 | 0;
      v3 = (v3 << 8 | v3 >>> 24) ^ v2;
      v0 = v0 + v3 | 0;
      v3 = (v3 << 7 | v3 >>> 25) ^ v0;
      v2 = v2 + v1 | 0;
      v1 = (v1 << 13 | v1 >>> 19) ^ v2;
      v2 = v2 << 16 | v2 >>> 16;
      v0 ^= word;
    }
    this.more = v1 ^ v3;
  }
}

const encoder = new TextEncoder();

/** UTF-8 of a text, in memory that is used again, for a {@linkcode ByteHash}. */
export class HashedText {
  bytes = new Uint8Array(1024);
  view = new DataView(this.bytes.buffer);
  length = 0;

  /** Takes up `text`. */
  set(text: string): void {
    this.reserve(text.length * 3);
    this.length = encoder.encodeInto(text, this.bytes).written;
  }

  /** Makes room for `length` bytes, and forgets what was there. */
  reserve(length: number): void {
    if (length <= this.bytes.length) return;
    this.bytes = new Uint8Array(length);
    this.view = new DataView(this.bytes.buffer);
  }
}
