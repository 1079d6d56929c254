/** Elliptic curves over prime fields, y^2 = x^3 + ax + b modulo p. */
import { bitLength, mod, modPow, toBigInt } from "./big_integer.ts";
import { type DerElement, DerReader, TAG } from "./der.ts";
import { decodeOid } from "./oid.ts";

/** A point other than infinity. */
export interface Point {
  readonly x: bigint;
  readonly y: bigint;
}

/** A curve with its base point and the order of that point. */
export interface Curve {
  readonly p: bigint;
  readonly a: bigint;
  readonly b: bigint;
  readonly base: Point;
  readonly order: bigint;
}

/** Name of a curve that a key spells out instead of naming it (RFC 3279 2.3.5). */
export const EXPLICIT_CURVE = "explicit";

/** Larger fields are refused: no curve in use has one, and the work grows with the cube. */
const MAX_FIELD_BITS = 521;

/** 1.2.840.10045.1.1, the fields that are integers modulo a prime. */
const PRIME_FIELD = "1.2.840.10045.1.1";

/** A curve of the table below: all in hexadecimal. */
interface NamedCurve {
  readonly name: string;
  readonly p: string;
  readonly a: string;
  readonly b: string;
  /** Coordinates of the base point. */
  readonly x: string;
  readonly y: string;
  /** Order of the base point. */
  readonly n: string;
}

/**
 * By OID. P-* from FIPS 186-4 D.1.2, secp256k1 from SEC 2 2.4.1, brainpool* from RFC 5639 section 3.
 */
const NAMED: Readonly<Record<string, NamedCurve>> = {
  "1.2.840.10045.3.1.1": {
    name: "P-192",
    p: "fffffffffffffffffffffffffffffffeffffffffffffffff",
    a: "fffffffffffffffffffffffffffffffefffffffffffffffc",
    b: "64210519e59c80e70fa7e9ab72243049feb8deecc146b9b1",
    x: "188da80eb03090f67cbf20eb43a18800f4ff0afd82ff1012",
    y: "7192b95ffc8da78631011ed6b24cdd573f977a11e794811",
    n: "ffffffffffffffffffffffff99def836146bc9b1b4d22831",
  },
  "1.3.132.0.33": {
    name: "P-224",
    p: "ffffffffffffffffffffffffffffffff000000000000000000000001",
    a: "fffffffffffffffffffffffffffffffefffffffffffffffffffffffe",
    b: "b4050a850c04b3abf54132565044b0b7d7bfd8ba270b39432355ffb4",
    x: "b70e0cbd6bb4bf7f321390b94a03c1d356c21122343280d6115c1d21",
    y: "bd376388b5f723fb4c22dfe6cd4375a05a07476444d5819985007e34",
    n: "ffffffffffffffffffffffffffff16a2e0b8f03e13dd29455c5c2a3d",
  },
  "1.2.840.10045.3.1.7": {
    name: "P-256",
    p: "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff",
    a: "ffffffff00000001000000000000000000000000fffffffffffffffffffffffc",
    b: "5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b",
    x: "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296",
    y: "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5",
    n: "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
  },
  "1.3.132.0.34": {
    name: "P-384",
    p: "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffff",
    a: "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000fffffffc",
    b: "b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aef",
    x: "aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7",
    y: "3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f",
    n: "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973",
  },
  "1.3.132.0.35": {
    name: "P-521",
    p: "1ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    a: "1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc",
    b: "51953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00",
    x: "c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66",
    y: "11839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650",
    n: "1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409",
  },
  "1.3.132.0.10": {
    name: "secp256k1",
    p: "fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f",
    a: "0",
    b: "7",
    x: "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798",
    y: "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8",
    n: "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141",
  },
  "1.3.36.3.3.2.8.1.1.7": {
    name: "brainpoolP256r1",
    p: "a9fb57dba1eea9bc3e660a909d838d726e3bf623d52620282013481d1f6e5377",
    a: "7d5a0975fc2c3057eef67530417affe7fb8055c126dc5c6ce94a4b44f330b5d9",
    b: "26dc5c6ce94a4b44f330b5d9bbd77cbf958416295cf7e1ce6bccdc18ff8c07b6",
    x: "8bd2aeb9cb7e57cb2c4b482ffc81b7afb9de27e1e3bd23c23a4453bd9ace3262",
    y: "547ef835c3dac4fd97f8461a14611dc9c27745132ded8e545c1d54c72f046997",
    n: "a9fb57dba1eea9bc3e660a909d838d718c397aa3b561a6f7901e0e82974856a7",
  },
  "1.3.36.3.3.2.8.1.1.11": {
    name: "brainpoolP384r1",
    p: "8cb91e82a3386d280f5d6f7e50e641df152f7109ed5456b412b1da197fb71123acd3a729901d1a71874700133107ec53",
    a: "7bc382c63d8c150c3c72080ace05afa0c2bea28e4fb22787139165efba91f90f8aa5814a503ad4eb04a8c7dd22ce2826",
    b: "4a8c7dd22ce28268b39b55416f0447c2fb77de107dcd2a62e880ea53eeb62d57cb4390295dbc9943ab78696fa504c11",
    x: "1d1c64f068cf45ffa2a63a81b7c13f6b8847a3e77ef14fe3db7fcafe0cbd10e8e826e03436d646aaef87b2e247d4af1e",
    y: "8abe1d7520f9c2a45cb1eb8e95cfd55262b70b29feec5864e19c054ff99129280e4646217791811142820341263c5315",
    n: "8cb91e82a3386d280f5d6f7e50e641df152f7109ed5456b31f166e6cac0425a7cf3ab6af6b7fc3103b883202e9046565",
  },
  "1.3.36.3.3.2.8.1.1.13": {
    name: "brainpoolP512r1",
    p: "aadd9db8dbe9c48b3fd4e6ae33c9fc07cb308db3b3c9d20ed6639cca703308717d4d9b009bc66842aecda12ae6a380e62881ff2f2d82c68528aa6056583a48f3",
    a: "7830a3318b603b89e2327145ac234cc594cbdd8d3df91610a83441caea9863bc2ded5d5aa8253aa10a2ef1c98b9ac8b57f1117a72bf2c7b9e7c1ac4d77fc94ca",
    b: "3df91610a83441caea9863bc2ded5d5aa8253aa10a2ef1c98b9ac8b57f1117a72bf2c7b9e7c1ac4d77fc94cadc083e67984050b75ebae5dd2809bd638016f723",
    x: "81aee4bdd82ed9645a21322e9c4c6a9385ed9f70b5d916c1b43b62eef4d0098eff3b1f78e2d0d48d50d1687b93b97d5f7c6d5047406a5e688b352209bcb9f822",
    y: "7dde385d566332ecc0eabfa9cf7822fdf209f70024a57b1aa000c55b881f8111b2dcde494a5f485e5bca4bd88a2763aed1ca2b2fa8f0540678cd1e0f3ad80892",
    n: "aadd9db8dbe9c48b3fd4e6ae33c9fc07cb308db3b3c9d20ed6639cca70330870553e5c414ca92619418661197fac10471db1d381085ddaddb58796829ca90069",
  },
};

/** Name of the curve in the parameters of an EC key, or the OID of one that is not known here. */
export function curveName(parameters: DerElement): string | undefined {
  if (parameters.tag === TAG.sequence) return EXPLICIT_CURVE;
  if (parameters.tag !== TAG.oid) return undefined;
  const oid = decodeOid(parameters.content);
  return oid === undefined ? undefined : NAMED[oid]?.name ?? oid;
}

/** The curve in the parameters of an EC key; undefined when it is not known or malformed. */
export function readCurve(parameters: DerElement): Curve | undefined {
  if (parameters.tag === TAG.sequence) return readExplicitCurve(parameters.content);
  const named = parameters.tag === TAG.oid ? NAMED[decodeOid(parameters.content) ?? ""] : undefined;
  if (named === undefined) return undefined;
  const [p, a, b, x, y, order] = [named.p, named.a, named.b, named.x, named.y, named.n]
    .map((hex) => BigInt(`0x${hex}`)) as [bigint, bigint, bigint, bigint, bigint, bigint];
  return { p, a, b, base: { x, y }, order };
}

/** Bits of a curve's field. */
export function fieldBits({ p }: Curve): number {
  return p.toString(2).length;
}

/** True when the point's coordinates are of the field and fulfil the equation of the curve. */
export function isOnCurve({ p, a, b }: Curve, { x, y }: Point): boolean {
  return x < p && y < p && mod(y * y - x * x * x - a * x - b, p) === 0n;
}

/**
 * Decodes a point (SEC 1 2.3.4). `invalid` when it is none of the curve; undefined for a compressed
 * one whose square root is beyond this code (P-224).
 */
export function readPoint(curve: Curve, bytes: Uint8Array): Point | "invalid" | undefined {
  const size = Math.ceil(fieldBits(curve) / 8);
  const form = bytes[0];
  const x = toBigInt(bytes.subarray(1, 1 + size));
  if (form === 4 && bytes.length === 1 + 2 * size) {
    const point = { x, y: toBigInt(bytes.subarray(1 + size)) };
    return isOnCurve(curve, point) ? point : "invalid";
  }
  if ((form !== 2 && form !== 3) || bytes.length !== 1 + size) return "invalid";
  const { p, a, b } = curve;
  if (p % 4n !== 3n) return undefined;
  const root = modPow(mod(x * x * x + a * x + b, p), (p + 1n) / 4n, p);
  const point = { x, y: Number(root & 1n) === form - 2 ? root : mod(-root, p) };
  return isOnCurve(curve, point) ? point : "invalid";
}

/** ECParameters with a specifiedCurve (RFC 3279 2.3.5). */
function readExplicitCurve(content: Uint8Array): Curve | undefined {
  const parameters = new DerReader(content);
  parameters.expect(TAG.integer);
  const field = parameters.enter(TAG.sequence);
  const fieldType = field.expect(TAG.oid);
  const prime = field.expect(TAG.integer);
  const equation = parameters.enter(TAG.sequence);
  const a = equation.expect(TAG.octetString);
  const b = equation.expect(TAG.octetString);
  const base = parameters.expect(TAG.octetString);
  const order = parameters.expect(TAG.integer);
  if (!fieldType || !prime || !a || !b || !base || !order) return undefined;
  if (decodeOid(fieldType.content) !== PRIME_FIELD) return undefined;
  if ([prime, a, b, order].some(({ content }) => bitLength(content) > MAX_FIELD_BITS)) {
    return undefined;
  }
  const curve = {
    p: toBigInt(prime.content),
    a: toBigInt(a.content),
    b: toBigInt(b.content),
    order: toBigInt(order.content),
  };
  // Two is no field of this kind, and in an order below it there is no signature.
  if (curve.p <= 3n || curve.order <= 1n) return undefined;
  const point = readPoint({ ...curve, base: { x: 0n, y: 0n } }, base.content);
  return typeof point === "object" ? { ...curve, base: point } : undefined;
}
