import assert from "node:assert/strict";
import fc from "fast-check";
import { createHash } from "node:crypto";
import { fromHex, toHex } from "../bytes.ts";
import { mod } from "./big_integer.ts";
import { type Curve, readCurve, readPoint } from "./curves.ts";
import { DerReader, TAG } from "./der.ts";
import { der, derHex, derInteger, derSequence } from "../../tests/support/der_builder.ts";
import { verifyEcdsa } from "./ecdsa.ts";

function parameters(bytes: Uint8Array): Curve | undefined {
  return readCurve(new DerReader(bytes).next()!);
}

const P256 = parameters(derHex(TAG.oid, "2a8648ce3d030107"))!;

/** RFC 6979 A.2.5: a key on P-256, and two signatures with SHA-256. */
const KEY = {
  x: 0x60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6n,
  y: 0x7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299n,
};
const SIGNATURES: Record<string, { r: bigint; s: bigint }> = {
  sample: {
    r: 0xEFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716n,
    s: 0xF7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8n,
  },
  test: {
    r: 0xF1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367n,
    s: 0x019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083n,
  },
};

function sha256(text: string): Uint8Array {
  return createHash("sha256").update(text).digest();
}

Deno.test("verifyEcdsa() accepts the signatures of RFC 6979 A.2.5, and for no other text", () => {
  for (const [text, signature] of Object.entries(SIGNATURES)) {
    assert.equal(verifyEcdsa(P256, KEY, sha256(text), signature), true);
    assert.equal(verifyEcdsa(P256, KEY, sha256(`${text}.`), signature), false);
  }
});

Deno.test("verifyEcdsa() accepts s and its negative, and no r or s that is out of range", () => {
  const { r, s } = SIGNATURES["sample"]!;
  const digest = sha256("sample");
  const { order } = P256;
  assert.equal(verifyEcdsa(P256, KEY, digest, { r, s: order - s }), true);
  for (const wrong of [0n, -1n, order, order + 1n, 1n << 600n]) {
    assert.equal(verifyEcdsa(P256, KEY, digest, { r: wrong, s }), false);
    assert.equal(verifyEcdsa(P256, KEY, digest, { r, s: wrong }), false);
  }
  assert.equal(verifyEcdsa(P256, KEY, digest, { r: r + order, s }), false);
});

Deno.test("verifyEcdsa() returns false where the points add up to infinity", () => {
  // With the base point as key, u + v is 0 modulo the order where the digest is -r.
  const digest = (P256.order - 5n).toString(16);
  assert.equal(verifyEcdsa(P256, P256.base, fromHex(digest), { r: 5n, s: 7n }), false);
});

Deno.test("verifyEcdsa() accepts what private key 1 and nonce 1 make of any digest", () => {
  // Then the key is the base point, r its x, and s = (digest + r * 1) / 1 (FIPS 186-4 6.4).
  const { base, order } = P256;
  const r = base.x % order;
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (digest) => {
      const s = (BigInt(`0x${toHex(digest)}`) + r) % order;
      assert.equal(verifyEcdsa(P256, base, digest, { r, s }), true);
      assert.equal(verifyEcdsa(P256, base, digest, { r, s: (s + 1n) % order }), false);
    }),
    { numRuns: 20 },
  );
});

Deno.test("readPoint() reads points with both coordinates, and with one", () => {
  const x = KEY.x.toString(16);
  const y = KEY.y.toString(16);
  assert.deepEqual(readPoint(P256, fromHex(`04${x}${y}`)), KEY);
  assert.deepEqual(readPoint(P256, fromHex(`03${x}`)), KEY);
  assert.deepEqual(readPoint(P256, fromHex(`02${x}`)), { x: KEY.x, y: P256.p - KEY.y });
});

Deno.test("readPoint() tells what is no point, and what it cannot tell", () => {
  const x = KEY.x.toString(16);
  const y = KEY.y.toString(16);
  const invalid = [
    "",
    "00",
    "04",
    `04${x}`,
    `04${x}${x}`,
    `04${x}${y}00`,
    `06${x}${y}`,
    `02${x}00`,
    `02${P256.p.toString(16)}`,
    // x^3 - 3x + b is no square modulo p for this x.
    `02${"1".padStart(64, "0")}`,
  ];
  for (const hex of invalid) assert.equal(readPoint(P256, fromHex(hex)), "invalid", hex);
  const p224 = parameters(derHex(TAG.oid, "2b81040021"))!;
  const compressed = `02${p224.base.x.toString(16).padStart(56, "0")}`;
  assert.equal(readPoint(p224, fromHex(compressed)), undefined);
});

/** ECParameters that spell out a curve. */
function explicit(p: bigint, a: bigint, b: bigint, base: string, order: bigint): Uint8Array {
  const octets = (value: bigint) => {
    const hex = value.toString(16);
    return derHex(TAG.octetString, hex.length % 2 === 0 ? hex : `0${hex}`);
  };
  return derSequence(
    derInteger(1n),
    derSequence(derHex(TAG.oid, "2a8648ce3d0101"), derInteger(p)),
    derSequence(octets(a), octets(b)),
    derHex(TAG.octetString, base),
    derInteger(order),
  );
}

Deno.test("readCurve() reads a curve that is spelled out, unless it is none", () => {
  const { p, a, b, base, order } = P256;
  const point = `04${base.x.toString(16)}${base.y.toString(16)}`;
  assert.deepEqual(parameters(explicit(p, a, b, point, order)), P256);
  const none = [
    explicit(0n, a, b, point, order),
    explicit(3n, a, b, point, order),
    explicit(p, a, b, point, 0n),
    explicit(p, a, b, point, 1n),
    explicit(p, a, b + 1n, point, order),
    explicit(p, a, b, "00", order),
    explicit(1n << 521n, a, b, point, order),
    explicit(p, a, b, point, 1n << 521n),
    explicit(p, 1n << 521n, b, point, order),
    derSequence(),
    der(TAG.null),
    derHex(TAG.oid, "2a0304"),
    derHex(TAG.oid, ""),
  ];
  none.forEach((bytes, index) => assert.equal(parameters(bytes), undefined, `${index}`));
});

Deno.test("verifyEcdsa() ends without an error on curves that are none", () => {
  const number = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });
  fc.assert(
    fc.property(number, number, number, number, number, (low, a, anyX, anyY, anyOrder) => {
      const p = low + (1n << 63n);
      const [x, y, order] = [anyX % p, anyY % p, anyOrder + 2n];
      // Chosen so that the point fulfils the equation, whatever the other numbers are.
      const b = mod(y * y - x * x * x - a * x, p);
      const size = 2 * Math.ceil(p.toString(2).length / 8);
      const base = `04${x.toString(16).padStart(size, "0")}${y.toString(16).padStart(size, "0")}`;
      const curve = parameters(explicit(p, a, b, base, order));
      assert.ok(curve);
      const outcome = verifyEcdsa(curve, curve.base, sha256("sample"), { r: 1n, s: order - 1n });
      assert.ok([true, false, undefined].includes(outcome));
    }),
    { numRuns: 50 },
  );
});
