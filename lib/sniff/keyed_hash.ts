const NO_NUMBERS = new Int32Array(0);

/**
 * HalfSipHash-1-3 with 64 bits of output (Aumasson and Bernstein, "SipHash: a fast short-input PRF"):
 * without the key nobody can choose texts that fall together. Here over UTF-16 code units, two a word.
 */
export class KeyedHash {
  /** The two halves of the last hash. */
  high = 0;
  low = 0;
  readonly #key0: number;
  readonly #key1: number;

  /** @param key 64 bits */
  constructor(key: Int32Array = crypto.getRandomValues(new Int32Array(2))) {
    this.#key0 = key[0]!;
    this.#key1 = key[1]!;
  }

  /** Hashes `numbers` and then `text` into {@linkcode high} and {@linkcode low}. */
  hash(text: string, numbers: Int32Array = NO_NUMBERS): void {
    let v0 = this.#key0;
    // 64 bits of output are asked for by this constant, and by 0xee below.
    let v1 = this.#key1 ^ 0xee;
    let v2 = this.#key0 ^ 0x6c796765;
    let v3 = this.#key1 ^ 0x74656462;
    const { length } = text;
    const first = numbers.length;
    const words = first + (length >> 1);
    // The last word holds the odd unit and the length, then come the rounds of the end: 3 for each half.
    for (let index = 0; index <= words + 6; index++) {
      let word = 0;
      if (index < first) word = numbers[index]!;
      else if (index < words) {
        const unit = 2 * (index - first);
        word = text.charCodeAt(unit) | text.charCodeAt(unit + 1) << 16;
      } else if (index === words) {
        word = length << 16 | ((length & 1) === 0 ? 0 : text.charCodeAt(length - 1));
      } else if (index === words + 1) v2 ^= 0xee;
      else if (index === words + 4) {
        this.high = v1 ^ v3;
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
    this.low = v1 ^ v3;
  }
}

/** Texts of a kind that are remembered, and the longest of them: senders choose both. */
const MAX_TEXTS = 1024;
const MAX_TEXT_LENGTH = 512;

/** The 64 bits of a text's hash, in two halves. */
export interface TextHash {
  readonly high: number;
  readonly low: number;
}

/** Keyed hashes of texts that come again and again, such as the fingerprints of one tool. */
export class KeyedTexts {
  readonly #hash = new KeyedHash();
  readonly #kinds = new Map<string, Map<string, TextHash>>();

  /** Hash of `text` of the kind `kind`, of which there are a few. */
  hash(kind: string, text: string): TextHash {
    let texts = this.#kinds.get(kind);
    if (texts === undefined) this.#kinds.set(kind, texts = new Map());
    const known = texts.get(text);
    if (known !== undefined) return known;
    this.#hash.hash(`${kind} ${text}`);
    const { high, low } = this.#hash;
    const fresh = { high, low };
    if (text.length <= MAX_TEXT_LENGTH) {
      if (texts.size >= MAX_TEXTS) texts.clear();
      texts.set(text, fresh);
    }
    return fresh;
  }
}
