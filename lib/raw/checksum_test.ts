import assert from "node:assert/strict";
import fc from "fast-check";
import { fromHex } from "../bytes.ts";
import { foldChecksum, pseudoHeaderSum, sumWords } from "./checksum.ts";

Deno.test("foldChecksum() gives the checksum of the example of RFC 1071", () => {
  const bytes = fromHex("0001f203f4f5f6f7");
  // Section 3: the sum is ddf2 after folding.
  assert.equal(foldChecksum(sumWords(bytes, 0, 8)), ~0xddf2 & 0xffff);
});

Deno.test("sumWords() takes an odd last byte for the upper half of a word", () => {
  assert.equal(sumWords(Uint8Array.of(9, 1, 2, 3, 9), 1, 3), 0x0102 + 0x0300);
});

Deno.test("foldChecksum() is 0 over bytes whose checksum is in place", () => {
  fc.assert(fc.property(fc.uint8Array({ minLength: 4, maxLength: 70_000 }), (bytes) => {
    bytes[2] = bytes[3] = 0;
    const checksum = foldChecksum(sumWords(bytes, 0, bytes.length));
    bytes[2] = checksum >> 8;
    bytes[3] = checksum & 0xff;
    assert.equal(foldChecksum(sumWords(bytes, 0, bytes.length)), 0);
  }));
});

Deno.test("pseudoHeaderSum() is the sum over the pseudo-headers as RFC 9293 and RFC 8200 draw them", () => {
  const source = fromHex("c0000201");
  const destination = fromHex("cb007107");
  const v4 = fromHex("c0000201cb00710700060028");
  assert.equal(pseudoHeaderSum(source, destination, 6, 40), sumWords(v4, 0, v4.length));
  const source6 = fromHex("20010db8000000000000000000000001");
  const destination6 = fromHex("20010db8000100000000000000000002");
  const v6 = fromHex(`${source6.toHex()}${destination6.toHex()}000000280000003a`);
  assert.equal(pseudoHeaderSum(source6, destination6, 58, 40), sumWords(v6, 0, v6.length));
});
