/**
 * AES-128 (FIPS 197) of a single block, for header protection: every packet needs one, and setting
 * up a cipher of node:crypto for it takes twenty times as long.
 */

const KEY_WORDS = 4;
const ROUNDS = 10;

/** SubBytes. */
const S_BOX = makeSBox();

/** SubBytes and MixColumns of the first byte of a column; the other bytes rotate it. */
const MIXED = makeMixedBox();

const roundKeys = new Int32Array(KEY_WORDS * (ROUNDS + 1));

/** Puts AES-128 of the 16 bytes at `offset` of `bytes` into `block`; `key` has 16 bytes. */
export function encryptBlock(
  key: Uint8Array,
  bytes: Uint8Array,
  offset: number,
  block: Uint8Array,
): void {
  expandKey(key);
  let a = readWord(bytes, offset) ^ roundKeys[0]!;
  let b = readWord(bytes, offset + 4) ^ roundKeys[1]!;
  let c = readWord(bytes, offset + 8) ^ roundKeys[2]!;
  let d = readWord(bytes, offset + 12) ^ roundKeys[3]!;
  let at = KEY_WORDS;
  for (let round = 1; round < ROUNDS; round++, at += KEY_WORDS) {
    const nextA = mixColumn(a, b, c, d) ^ roundKeys[at]!;
    const nextB = mixColumn(b, c, d, a) ^ roundKeys[at + 1]!;
    const nextC = mixColumn(c, d, a, b) ^ roundKeys[at + 2]!;
    d = mixColumn(d, a, b, c) ^ roundKeys[at + 3]!;
    a = nextA;
    b = nextB;
    c = nextC;
  }
  writeWord(block, 0, lastColumn(a, b, c, d) ^ roundKeys[at]!);
  writeWord(block, 4, lastColumn(b, c, d, a) ^ roundKeys[at + 1]!);
  writeWord(block, 8, lastColumn(c, d, a, b) ^ roundKeys[at + 2]!);
  writeWord(block, 12, lastColumn(d, a, b, c) ^ roundKeys[at + 3]!);
}

/** SubBytes, ShiftRows and MixColumns for the column that begins with the first byte of `a`. */
function mixColumn(a: number, b: number, c: number, d: number): number {
  return MIXED[a >>> 24]! ^ rotate(MIXED[b >>> 16 & 0xff]!, 8) ^
    rotate(MIXED[c >>> 8 & 0xff]!, 16) ^ rotate(MIXED[d & 0xff]!, 24);
}

/** As {@linkcode mixColumn}, without MixColumns. */
function lastColumn(a: number, b: number, c: number, d: number): number {
  return S_BOX[a >>> 24]! << 24 | S_BOX[b >>> 16 & 0xff]! << 16 | S_BOX[c >>> 8 & 0xff]! << 8 |
    S_BOX[d & 0xff]!;
}

/** FIPS 197 5.2. */
function expandKey(key: Uint8Array): void {
  for (let index = 0; index < KEY_WORDS; index++) roundKeys[index] = readWord(key, 4 * index);
  let constant = 1;
  for (let index = KEY_WORDS; index < roundKeys.length; index++) {
    let word = roundKeys[index - 1]!;
    if (index % KEY_WORDS === 0) {
      const rotated = rotate(word, 24);
      word = lastColumn(rotated, rotated, rotated, rotated) ^ constant << 24;
      constant = double(constant);
    }
    roundKeys[index] = roundKeys[index - KEY_WORDS]! ^ word;
  }
}

/** FIPS 197 5.1.1: the inverse in GF(2^8), then an affine transformation. */
function makeSBox(): Uint8Array {
  // All values but 0 are powers of 3, whose 255th is 1 again.
  const powers = [1];
  for (let exponent = 1; exponent < 255; exponent++) {
    const last = powers[exponent - 1]!;
    powers.push(last ^ double(last));
  }
  const box = new Uint8Array(256).fill(0x63);
  powers.forEach((value, exponent) => {
    const inverse = powers[(255 - exponent) % 255]!;
    let transformed = 0x63 ^ inverse;
    for (let bits = 1; bits <= 4; bits++) transformed ^= inverse << bits | inverse >> 8 - bits;
    box[value] = transformed;
  });
  return box;
}

function makeMixedBox(): Int32Array {
  return Int32Array.from(S_BOX, (byte) => {
    const twice = double(byte);
    return twice << 24 | byte << 16 | byte << 8 | twice ^ byte;
  });
}

/** Product with 2 in GF(2^8) (FIPS 197 4.2.1). */
function double(value: number): number {
  return (value << 1 ^ (value >> 7) * 0x1b) & 0xff;
}

function rotate(word: number, bits: number): number {
  return word >>> bits | word << 32 - bits;
}

function readWord(bytes: Uint8Array, offset: number): number {
  return bytes[offset]! << 24 | bytes[offset + 1]! << 16 | bytes[offset + 2]! << 8 |
    bytes[offset + 3]!;
}

function writeWord(bytes: Uint8Array, offset: number, word: number): void {
  bytes[offset] = word >> 24;
  bytes[offset + 1] = word >> 16;
  bytes[offset + 2] = word >> 8;
  bytes[offset + 3] = word;
}
