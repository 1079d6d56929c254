/**
 * HMAC with SHA-256 (RFC 2104, FIPS 180-4) of short data under short keys, for key derivation. Five
 * of them go before every first packet of a connection, and each call into node:crypto costs
 * several times as much as the hashing.
 */

const BLOCK_LENGTH = 64;
const BLOCK_WORDS = 16;
const HASH_WORDS = 8;
const ROUNDS = 64;

/** What fits into one block with the padding of FIPS 180-4 5.1.1. */
const MAX_DATA_LENGTH = BLOCK_LENGTH - 9;

/** FIPS 180-4 4.2.2 and 5.3.3: from the cube and square roots of the first primes. */
const ROUND_CONSTANTS = rootFractions(Math.cbrt, ROUNDS);
const INITIAL_STATE = rootFractions(Math.sqrt, HASH_WORDS);

/** The block that is being hashed, and what FIPS 180-4 6.2.2 extends it to. */
const schedule = new Int32Array(ROUNDS);

/** Computes with one key at a time. Reuse it: it allocates nothing. */
export class HmacSha256 {
  /** States after the blocks that the inner and the outer hash begin with. */
  readonly #inner = new Int32Array(HASH_WORDS);
  readonly #outer = new Int32Array(HASH_WORDS);
  readonly #state = new Int32Array(HASH_WORDS);
  readonly #innerHash = new Uint8Array(4 * HASH_WORDS);

  /** Sets the key for what follows. @throws {RangeError} when it has more than 64 bytes */
  setKey(key: Uint8Array): this {
    if (key.length > BLOCK_LENGTH) throw new RangeError("the key is longer than a block");
    hashPaddedKey(this.#inner, key, 0x36);
    hashPaddedKey(this.#outer, key, 0x5c);
    return this;
  }

  /**
   * Fills `output` with the first bytes of the HMAC of `data`.
   *
   * @throws {RangeError} when the data has more than 55 bytes
   */
  sign(data: Uint8Array, output: Uint8Array): void {
    if (data.length > MAX_DATA_LENGTH) throw new RangeError("the data is longer than a block");
    this.#hashAfter(this.#inner, data, this.#innerHash);
    this.#hashAfter(this.#outer, this.#innerHash, output);
  }

  /** The hash of a block that led to `start`, and of `data`, which ends in the next one. */
  #hashAfter(start: Int32Array, data: Uint8Array, output: Uint8Array): void {
    const length = data.length;
    schedule.fill(0, 0, BLOCK_WORDS);
    addToBlock(data);
    schedule[length >> 2] = schedule[length >> 2]! | 0x80 << 24 - 8 * (length & 3);
    schedule[BLOCK_WORDS - 1] = 8 * (BLOCK_LENGTH + length);
    this.#state.set(start);
    compress(this.#state);
    for (let index = 0; index < output.length; index++) {
      output[index] = this.#state[index >> 2]! >> 24 - 8 * (index & 3);
    }
  }
}

function hashPaddedKey(state: Int32Array, key: Uint8Array, pad: number): void {
  schedule.fill(pad * 0x01010101, 0, BLOCK_WORDS);
  addToBlock(key);
  state.set(INITIAL_STATE);
  compress(state);
}

function addToBlock(bytes: Uint8Array): void {
  for (let index = 0; index < bytes.length; index++) {
    const word = index >> 2;
    schedule[word] = schedule[word]! ^ bytes[index]! << 24 - 8 * (index & 3);
  }
}

/** FIPS 180-4 6.2.2; `| 0` keeps the sums in 32 bits, where they are fast. */
function compress(state: Int32Array): void {
  for (let round = BLOCK_WORDS; round < ROUNDS; round++) {
    const early = schedule[round - 15]!;
    const late = schedule[round - 2]!;
    const sigma0 = rotate(early, 7) ^ rotate(early, 18) ^ early >>> 3;
    const sigma1 = rotate(late, 17) ^ rotate(late, 19) ^ late >>> 10;
    schedule[round] = (schedule[round - 16]! + sigma0 | 0) + (schedule[round - 7]! + sigma1 | 0);
  }
  let a = state[0]!, b = state[1]!, c = state[2]!, d = state[3]!;
  let e = state[4]!, f = state[5]!, g = state[6]!, h = state[7]!;
  for (let round = 0; round < ROUNDS; round++) {
    const sum1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const choice = g ^ e & (f ^ g);
    const input = ROUND_CONSTANTS[round]! + schedule[round]! | 0;
    const first = (h + sum1 | 0) + (choice + input | 0) | 0;
    const sum0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    const majority = a & b | c & (a | b);
    h = g;
    g = f;
    f = e;
    e = d + first | 0;
    d = c;
    c = b;
    b = a;
    a = first + (sum0 + majority | 0) | 0;
  }
  state[0] = state[0]! + a;
  state[1] = state[1]! + b;
  state[2] = state[2]! + c;
  state[3] = state[3]! + d;
  state[4] = state[4]! + e;
  state[5] = state[5]! + f;
  state[6] = state[6]! + g;
  state[7] = state[7]! + h;
}

function rotate(word: number, bits: number): number {
  return word >>> bits | word << 32 - bits;
}

/** First 32 bits of the fractional parts of the roots of the first `count` primes. */
function rootFractions(root: (value: number) => number, count: number): Int32Array {
  const words = new Int32Array(count);
  let found = 0;
  for (let candidate = 2; found < count; candidate++) {
    let divisor = 2;
    while (candidate % divisor !== 0) divisor++;
    if (divisor === candidate) words[found++] = (root(candidate) % 1) * 2 ** 32;
  }
  return words;
}
