import assert from "node:assert/strict";
import fc from "fast-check";
import { fromHex } from "../bytes.ts";
import { decodeOid, oidText } from "./oid.ts";

/** Content bytes of an object identifier, written independently of the decoder. */
function encode(arcs: readonly bigint[]): Uint8Array {
  const [first = 0n, second = 0n, ...rest] = arcs;
  return Uint8Array.from([first * 40n + second, ...rest].flatMap((arc) => {
    const septets = [Number(arc & 0x7fn)];
    for (let left = arc >> 7n; left > 0n; left >>= 7n) septets.unshift(Number(left & 0x7fn) | 0x80);
    return septets;
  }));
}

Deno.test("decodeOid() gives dotted text", () => {
  const known = {
    "550403": "2.5.4.3",
    "2a864886f70d01010b": "1.2.840.113549.1.1.11",
    "0992268993f22c640119": "0.9.2342.19200300.100.1.25",
    "00": "0.0",
    "27": "0.39",
    "28": "1.0",
    "4f": "1.39",
    "50": "2.0",
    "8837": "2.999",
    // 2.25 with a UUID, of 128 bits (X.667 section 7).
    "6983f09da7ebcfdee0c7a1a7b2c0948cc8f9d776": "2.25.329800735698586629295641978511506172918",
  };
  for (const [hex, text] of Object.entries(known)) assert.equal(decodeOid(fromHex(hex)), text, hex);
});

Deno.test("decodeOid() gives back any identifier that was encoded", () => {
  const arcs = fc.tuple(
    fc.bigInt({ min: 0n, max: 2n }),
    fc.bigInt({ min: 0n, max: 39n }),
    fc.array(fc.bigInt({ min: 0n, max: 1n << 64n }), { maxLength: 6 }),
  ).map(([first, second, rest]) => [first, second, ...rest]);
  fc.assert(fc.property(arcs, (path) => {
    assert.equal(decodeOid(encode(path)), path.join("."));
  }));
});

Deno.test("decodeOid() returns undefined for what is empty, cut short, padded or too long", () => {
  for (const hex of ["", "86", "550486", "558003", "80", "ff".repeat(70), "01".repeat(65)]) {
    assert.equal(decodeOid(fromHex(hex)), undefined, hex);
  }
  assert.equal(decodeOid(new Uint8Array(1 << 20).fill(0xff)), undefined);
});

Deno.test("oidText() shows what is no identifier in hexadecimal, and not all of it", () => {
  assert.equal(oidText(fromHex("550403")), "2.5.4.3");
  assert.equal(oidText(fromHex("5504ff")), "#5504ff");
  assert.equal(oidText(new Uint8Array(1 << 20).fill(0xff)), `#${"ff".repeat(64)}`);
});
