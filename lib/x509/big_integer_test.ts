import assert from "node:assert/strict";
import fc from "fast-check";
import { fromHex, toHex } from "../bytes.ts";
import {
  bitLength,
  leftmostBits,
  mod,
  modInverse,
  modPow,
  toBigInt,
  toBytes,
} from "./big_integer.ts";

const small = fc.bigInt({ min: 0n, max: 200n });
const large = fc.bigInt({ min: 0n, max: 1n << 200n });

Deno.test("toBigInt() and toBytes() undo one another", () => {
  assert.equal(toBigInt(new Uint8Array(0)), 0n);
  fc.assert(fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), (bytes) => {
    assert.equal(toHex(toBytes(toBigInt(bytes), bytes.length)!), toHex(bytes));
  }));
});

Deno.test("toBytes() returns undefined when the bytes do not suffice", () => {
  assert.equal(toHex(toBytes(255n, 1)!), "ff");
  assert.equal(toBytes(256n, 1), undefined);
});

Deno.test("bitLength() counts from the highest bit that is set", () => {
  const known = { "": 0, "00": 0, "01": 1, "0080": 8, "00ff": 8, "0100": 9, "01ffff": 17 };
  for (const [hex, bits] of Object.entries(known)) assert.equal(bitLength(fromHex(hex)), bits, hex);
});

Deno.test("leftmostBits() drops what a digest has more than the order", () => {
  assert.equal(leftmostBits(fromHex("abcd"), 0xfffn), 0xabcn);
  assert.equal(leftmostBits(fromHex("abcd"), 0xffffn), 0xabcdn);
  assert.equal(leftmostBits(fromHex("abcd"), 1n << 40n), 0xabcdn);
});

Deno.test("modPow() is repeated multiplication", () => {
  const modulus = fc.bigInt({ min: 1n, max: 1n << 200n });
  fc.assert(fc.property(large, small, modulus, (base, exponent, m) => {
    assert.equal(modPow(base, exponent, m), base ** exponent % m);
  }));
});

Deno.test("modInverse() gives the inverse, or undefined for a common factor", () => {
  const gcd = (a: bigint, b: bigint): bigint => b === 0n ? a : gcd(b, a % b);
  fc.assert(fc.property(large, fc.bigInt({ min: 2n, max: 1n << 200n }), (value, modulus) => {
    const inverse = modInverse(value, modulus);
    if (gcd(value, modulus) === 1n) assert.equal(mod(inverse! * value, modulus), 1n);
    else assert.equal(inverse, undefined);
  }));
  assert.equal(modInverse(0n, 7n), undefined);
  assert.equal(modInverse(14n, 21n), undefined);
});

Deno.test("mod() is never negative", () => {
  assert.equal(mod(-1n, 7n), 6n);
  assert.equal(mod(-7n, 7n), 0n);
  assert.equal(mod(8n, 7n), 1n);
});
