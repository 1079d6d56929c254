import assert from "node:assert/strict";
import fc from "fast-check";
import { ByteHash } from "./byte_hash.ts";

const MASK = 0xffff_ffffn;

/** HalfSipHash-1-3 as its paper has it, with numbers that cannot overflow. */
function reference(bytes: readonly number[], key0: number, key1: number): bigint[] {
  const [k0, k1] = [BigInt(key0 >>> 0), BigInt(key1 >>> 0)];
  let [v0, v1, v2, v3] = [k0, k1 ^ 0xeen, k0 ^ 0x6c796765n, k1 ^ 0x74656462n];
  const rotated = (value: bigint, count: bigint) => (value << count | value >> 32n - count) & MASK;
  const round = () => {
    v0 = v0 + v1 & MASK;
    v1 = rotated(v1, 5n) ^ v0;
    v0 = rotated(v0, 16n);
    v2 = v2 + v3 & MASK;
    v3 = rotated(v3, 8n) ^ v2;
    v0 = v0 + v3 & MASK;
    v3 = rotated(v3, 7n) ^ v0;
    v2 = v2 + v1 & MASK;
    v1 = rotated(v1, 13n) ^ v2;
    v2 = rotated(v2, 16n);
  };
  const padded = [...bytes];
  while (padded.length % 4 !== 3) padded.push(0);
  padded.push(bytes.length & 0xff);
  for (let at = 0; at < padded.length; at += 4) {
    const [a = 0, b = 0, c = 0, d = 0] = padded.slice(at, at + 4);
    const word = BigInt(a) | BigInt(b) << 8n | BigInt(c) << 16n | BigInt(d) << 24n;
    v3 ^= word;
    round();
    v0 ^= word;
  }
  v2 ^= 0xeen;
  const draws: bigint[] = [];
  for (let draw = 0; draw < 3; draw++) {
    for (let count = 0; count < 3; count++) round();
    draws.push(v1 ^ v3);
    v1 ^= 0xddn;
  }
  return draws;
}

Deno.test("ByteHash is HalfSipHash-1-3 of two words and bytes", () => {
  const word = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
  const array = fc.uint8Array({ maxLength: 300 });
  fc.assert(fc.property(array, word, word, word, word, (bytes, key0, key1, first, second) => {
    const hash = new ByteHash();
    const padded = Uint8Array.of(1, ...bytes, 2);
    hash.hash(new DataView(padded.buffer), 1, 1 + bytes.length, key0, key1, first, second);
    const words = [first, second].flatMap((value) =>
      [0, 8, 16, 24].map((by) => value >>> by & 255)
    );
    const expected = reference([...words, ...bytes], key0, key1);
    const found = [hash.high, hash.low, hash.more].map((value) => BigInt(value >>> 0));
    assert.deepEqual(found, expected);
  }));
});
