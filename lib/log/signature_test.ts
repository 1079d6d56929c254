import assert from "node:assert/strict";
import { firstNonNul, hashOf, isHash, signatureOf } from "./signature.ts";

Deno.test("hashOf() gives the start of the SHA-256, and nothing for no bytes", () => {
  assert.equal(hashOf(new TextEncoder().encode("abc")), "ba7816bf8f01cfea414140de5dae2223");
  assert.equal(hashOf(new Uint8Array(0)), "");
});

Deno.test("isHash() accepts 32 lowercase hexadecimal digits only", () => {
  assert.equal(isHash("ba7816bf8f01cfea414140de5dae2223"), true);
  for (const value of ["", "ba7816bf", "BA7816BF8F01CFEA414140DE5DAE2223", 7, null, undefined]) {
    assert.equal(isHash(value), false);
  }
  assert.equal(isHash("ba7816bf8f01cfea414140de5dae2223\n"), false);
});

Deno.test("signatureOf() tells how much was hashed; nothing has none", () => {
  const head = new Uint8Array([1, 2, 3]);
  assert.deepEqual(signatureOf(head), [{ size: 3, hash: hashOf(head) }]);
  assert.deepEqual(signatureOf(head.subarray(0, 0)), []);
});

Deno.test("firstNonNul() is the length of the NULs in front, wherever the bytes lie", () => {
  for (let length = 0; length < 20; length++) {
    for (let nuls = 0; nuls <= length; nuls++) {
      for (let start = 0; start < 5; start++) {
        const bytes = new Uint8Array(30).fill(7).subarray(start, start + length);
        bytes.fill(0, 0, nuls);
        bytes.fill(0, nuls + 1);
        assert.equal(firstNonNul(bytes), nuls, `${nuls} of ${length} at ${start}`);
      }
    }
  }
});
