/**
 * ECDSA verification (FIPS 186-4 section 6.4) for any curve over a prime field.
 *
 * Written out here because node:crypto in Deno answers false, without an error, for good signatures
 * of secp256k1 whose s is in the upper half, and of P-384 and P-521 with a hash of less than half
 * the curve's size; it also lacks P-192 and the brainpool curves.
 */
import { leftmostBits, mod, modInverse } from "./big_integer.ts";
import type { Curve, Point } from "./curves.ts";

/** Point in Jacobian coordinates: (x / z^2, y / z^3); infinity where z is 0. */
interface Jacobian {
  readonly x: bigint;
  readonly y: bigint;
  readonly z: bigint;
}

const INFINITY: Jacobian = { x: 1n, y: 1n, z: 0n };

/**
 * True when (r, s) is the signature of `digest` by the key `point`, a point of `curve`. Undefined
 * when the curve turns out to be none, its p or order not being prime.
 */
export function verifyEcdsa(
  curve: Curve,
  point: Point,
  digest: Uint8Array,
  { r, s }: { readonly r: bigint; readonly s: bigint },
): boolean | undefined {
  const { p, order } = curve;
  if (r <= 0n || r >= order || s <= 0n || s >= order) return false;
  const inverse = modInverse(s, order);
  if (inverse === undefined) return undefined;
  const u = mod(leftmostBits(digest, order) * inverse, order);
  const v = mod(r * inverse, order);
  const sum = addMultiples(curve, u, { ...curve.base, z: 1n }, v, { ...point, z: 1n });
  if (sum.z === 0n) return false;
  const zInverse = modInverse(sum.z, p);
  if (zInverse === undefined) return undefined;
  return mod(sum.x * zInverse * zInverse, p) % order === r;
}

/** u * first + v * second, both in one pass from the highest bit down. */
function addMultiples(
  curve: Curve,
  u: bigint,
  first: Jacobian,
  v: bigint,
  second: Jacobian,
): Jacobian {
  const both = add(curve, first, second);
  const length = curve.order.toString(2).length;
  const uBits = u.toString(2).padStart(length, "0");
  const vBits = v.toString(2).padStart(length, "0");
  let sum = INFINITY;
  for (let index = 0; index < length; index++) {
    sum = double(curve, sum);
    const inU = uBits[index] === "1";
    const inV = vBits[index] === "1";
    if (inU && inV) sum = add(curve, sum, both);
    else if (inU) sum = add(curve, sum, first);
    else if (inV) sum = add(curve, sum, second);
  }
  return sum;
}

function double({ p, a }: Curve, { x, y, z }: Jacobian): Jacobian {
  if (z === 0n || y === 0n) return INFINITY;
  const ySquared = y * y % p;
  const zSquared = z * z % p;
  const s = 4n * x * ySquared % p;
  const slope = (3n * x * x + a * (zSquared * zSquared % p)) % p;
  const doubledX = mod(slope * slope - 2n * s, p);
  return {
    x: doubledX,
    y: mod(slope * (s - doubledX) - 8n * ySquared * ySquared, p),
    z: 2n * y * z % p,
  };
}

function add(curve: Curve, left: Jacobian, right: Jacobian): Jacobian {
  if (left.z === 0n) return right;
  if (right.z === 0n) return left;
  const { p } = curve;
  const leftZ2 = left.z * left.z % p;
  const rightZ2 = right.z * right.z % p;
  const x = left.x * rightZ2 % p;
  const y = left.y * rightZ2 * right.z % p;
  const h = mod(right.x * leftZ2 - x, p);
  const slope = mod(right.y * leftZ2 * left.z - y, p);
  if (h === 0n) return slope === 0n ? double(curve, left) : INFINITY;
  const h2 = h * h % p;
  const h3 = h2 * h % p;
  const v = x * h2 % p;
  const sumX = mod(slope * slope - h3 - 2n * v, p);
  return {
    x: sumX,
    y: mod(slope * (v - sumX) - y * h3, p),
    z: h * left.z * right.z % p,
  };
}
