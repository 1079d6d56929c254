/** MurmurHash3_x86_32, as its author placed it in the public domain. No hash for security. */

const C1 = 0xcc9e2d51;
const C2 = 0x1b873593;

/** The hash of `data` as an unsigned 32-bit integer. */
export function murmur3(data: Uint8Array, seed = 0): number {
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  const wordsEnd = data.length - data.length % 4;
  let hash = seed;
  for (let at = 0; at < wordsEnd; at += 4) {
    hash ^= scramble(view.getUint32(at, true));
    hash = Math.imul(rotateLeft(hash, 13), 5) + 0xe6546b64;
  }
  let tail = 0;
  for (let at = data.length - 1; at >= wordsEnd; at--) tail = (tail << 8) | data[at]!;
  hash ^= scramble(tail) ^ data.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function scramble(word: number): number {
  return Math.imul(rotateLeft(Math.imul(word, C1), 15), C2);
}

function rotateLeft(word: number, count: number): number {
  return (word << count) | (word >>> (32 - count));
}
