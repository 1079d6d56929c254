/** Sequence numbers by which an answer proves that it answers a SYN of ours, without a memory of it. */

function rotate(word: number, bits: number): number {
  return word << bits | word >>> 32 - bits;
}

/** HalfSipHash-2-4 (Aumasson and Bernstein's SipHash on 32-bit words) of two words. */
export class SynCookies {
  readonly #key0: number;
  readonly #key1: number;

  /** @param key two words that nobody else knows */
  constructor(key: readonly [number, number] = randomKey()) {
    this.#key0 = key[0] | 0;
    this.#key1 = key[1] | 0;
  }

  /** The sequence number for a SYN to an IPv4 address, as an unsigned 32-bit number. */
  sequence(address: number, sourcePort: number, destinationPort: number): number {
    let v0 = this.#key0;
    let v1 = this.#key1;
    let v2 = this.#key0 ^ 0x6c796765;
    let v3 = this.#key1 ^ 0x74656462;
    // The two words, their length in the highest byte of a third, and four rounds to finish with.
    for (let step = 0; step < 4; step++) {
      const word = step === 0
        ? address | 0
        : step === 1
        ? sourcePort << 16 | destinationPort
        : step === 2
        ? 8 << 24
        : 0;
      v3 ^= word;
      if (step === 3) v2 ^= 0xff;
      for (let round = step === 3 ? 4 : 2; round > 0; round--) {
        v0 = v0 + v1 | 0;
        v1 = rotate(v1, 5) ^ v0;
        v0 = rotate(v0, 16);
        v2 = v2 + v3 | 0;
        v3 = rotate(v3, 8) ^ v2;
        v0 = v0 + v3 | 0;
        v3 = rotate(v3, 7) ^ v0;
        v2 = v2 + v1 | 0;
        v1 = rotate(v1, 13) ^ v2;
        v2 = rotate(v2, 16);
      }
      v0 ^= word;
    }
    return (v1 ^ v3) >>> 0;
  }
}

function randomKey(): [number, number] {
  const [key0, key1] = crypto.getRandomValues(new Uint32Array(2));
  return [key0!, key1!];
}
