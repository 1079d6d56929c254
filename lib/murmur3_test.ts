import assert from "node:assert/strict";
import { murmur3 } from "./murmur3.ts";

/** [text as Latin-1, seed, hash]: computed by a separate implementation in Python. */
const VECTORS: readonly (readonly [string, number, number])[] = [
  ["", 0, 0],
  ["", 1, 0x514e28b7],
  ["", 0xffffffff, 0x81f16f39],
  ["\xff\xff\xff\xff", 0, 0x76293b50],
  ["\x21\x43\x65\x87", 0, 0xf55b516b],
  ["\x21\x43\x65\x87", 0x5082edee, 0x2362f9de],
  ["\x21\x43\x65", 0, 0x7e4a8634],
  ["\x21\x43", 0, 0xa0f7b07a],
  ["\x21", 0, 0x72661cf4],
  ["\0\0\0\0", 0, 0x2362f9de],
  ["\0", 0, 0x514e28b7],
  ["aaaa", 0x9747b28c, 0x5a97808a],
  ["Hello, world!", 0x9747b28c, 0x24884cba],
  ["The quick brown fox jumps over the lazy dog", 0x9747b28c, 0x2fa826cd],
];

Deno.test("murmur3() gives the known hashes", () => {
  for (const [text, seed, hash] of VECTORS) {
    const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
    assert.equal(murmur3(bytes, seed), hash, `${JSON.stringify(text)} ${seed}`);
  }
});

Deno.test("murmur3() has the verification value of the SMHasher suite, 0xb0f57ee3", () => {
  // The hashes of the keys {}, {0}, {0, 1}, ... with the seeds 256, 255, ... are hashed once more.
  const hashes = new DataView(new ArrayBuffer(4 * 256));
  const key = Uint8Array.from({ length: 256 }, (_, index) => index);
  for (let length = 0; length < 256; length++) {
    hashes.setUint32(4 * length, murmur3(key.subarray(0, length), 256 - length), true);
  }
  assert.equal(murmur3(new Uint8Array(hashes.buffer)), 0xb0f57ee3);
});

Deno.test("murmur3() reads a view from its own start, at any alignment", () => {
  const bytes = new TextEncoder().encode("xyzHello, world!xyz");
  assert.equal(murmur3(bytes.subarray(3, 16), 0x9747b28c), 0x24884cba);
});
