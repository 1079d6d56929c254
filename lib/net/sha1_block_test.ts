import assert from "node:assert/strict";
import { hash } from "node:crypto";
import fc from "fast-check";
import { MAX_SHA1_BLOCK_INPUT, sha1Block } from "./sha1_block.ts";

Deno.test("sha1Block() is the SHA-1 of node:crypto for every length it takes", () => {
  const digest = new Uint8Array(20);
  for (let length = 0; length <= MAX_SHA1_BLOCK_INPUT; length++) {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: length, maxLength: length }), (input) => {
        sha1Block(input, length, digest);
        assert.equal(digest.toHex(), hash("sha1", input, "hex"));
      }),
      { numRuns: 5 },
    );
  }
});

Deno.test("sha1Block() leaves what is behind the length alone", () => {
  const input = new TextEncoder().encode("abcdef");
  const digest = new Uint8Array(20);
  sha1Block(input, 3, digest);
  // FIPS 180-4's example.
  assert.equal(digest.toHex(), "a9993e364706816aba3e25717850c26c9cd0d89d");
});
