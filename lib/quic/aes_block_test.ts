import fc from "fast-check";
import assert from "node:assert/strict";
import { createCipheriv } from "node:crypto";
import { fromHex, toHex } from "../bytes.ts";
import { encryptBlock } from "./aes_block.ts";

Deno.test("encryptBlock() gives the example of FIPS 197 C.1", () => {
  const block = new Uint8Array(16);
  const key = fromHex("000102030405060708090a0b0c0d0e0f");
  encryptBlock(key, fromHex("00112233445566778899aabbccddeeff"), 0, block);
  assert.equal(toHex(block), "69c4e0d86a7b0430d8cdb78070b4c55a");
});

Deno.test("encryptBlock() computes what node:crypto does", () => {
  const sixteen = fc.uint8Array({ minLength: 16, maxLength: 16 });
  const bytes = fc.uint8Array({ minLength: 16, maxLength: 30 });
  fc.assert(fc.property(sixteen, bytes, fc.nat(14), (key, bytes, at) => {
    const offset = Math.min(at, bytes.length - 16);
    const block = new Uint8Array(16);
    encryptBlock(key, bytes, offset, block);
    const cipher = createCipheriv("aes-128-ecb", key, null).setAutoPadding(false);
    assert.equal(toHex(block), cipher.update(bytes.slice(offset, offset + 16)).toString("hex"));
  }));
});
