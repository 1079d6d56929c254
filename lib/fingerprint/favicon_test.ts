import assert from "node:assert/strict";
import { fromHex } from "../bytes.ts";
import { faviconHash } from "./favicon.ts";

/** An image of one pixel. */
const PNG = fromHex(
  "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c63606060" +
    "60000000050001a5f645400000000049454e44ae426082",
);

function counting(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => index % 256);
}

// Computed with the base64.encodebytes of Python and a separate MurmurHash3, whose own verification
// value (0xb0f57ee3) was checked.
Deno.test("faviconHash() is the signed hash of base64 in lines of 76 characters", () => {
  assert.equal(faviconHash(PNG), -298648739);
  assert.equal(faviconHash(counting(1000)), -463902477);
  assert.equal(faviconHash(counting(4286).map((_, index) => (index * index) % 251)), -1702489175);
});

// What the mmh3 package and Python's base64 codec give, as other projects' tests have it.
Deno.test("faviconHash() agrees with the pipeline that search engines use", () => {
  assert.equal(faviconHash(Uint8Array.of(1, 2, 3, 4, 5)), -362770216);
  assert.equal(faviconHash(counting(768)), 1836528006);
});

Deno.test("faviconHash() ends the last line, whether full or not, with a newline", () => {
  assert.equal(faviconHash(counting(56)), -287283677);
  assert.equal(faviconHash(counting(57)), 459585070);
  assert.equal(faviconHash(counting(58)), -280317500);
});

Deno.test("faviconHash() of nothing is 0", () => {
  assert.equal(faviconHash(new Uint8Array(0)), 0);
});
