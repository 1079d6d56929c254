import assert from "node:assert/strict";
import { fromHex } from "../bytes.ts";
import { decodeHuffman } from "./huffman.ts";

Deno.test("decodeHuffman() decodes the strings of RFC 7541 Appendix C", () => {
  const vectors: Readonly<Record<string, string>> = {
    f1e3c2e5f23a6ba0ab90f4ff: "www.example.com",
    a8eb10649cbf: "no-cache",
    "25a849e95ba97d7f": "custom-key",
    "25a849e95bb8e8b4bf": "custom-value",
    "6402": "302",
    aec3771a4b: "private",
    d07abe941054d444a8200595040b8166e082a62d1bff: "Mon, 21 Oct 2013 20:13:21 GMT",
    "9d29ad171863c78f0b97c8e9ae82ae43d3": "https://www.example.com",
    "640eff": "307",
    "9bd9ab": "gzip",
    "94e7821dd7f2e6c7b335dfdfcd5b3960d5af27087f3672c1ab270fb5291f9587316065c003ed4ee5b1063d5007":
      "foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1",
  };
  for (const [hex, text] of Object.entries(vectors)) {
    assert.equal(decodeHuffman(fromHex(hex)), text);
  }
});

/** Symbol, code and its length in bits, some of each length in RFC 7541 Appendix B. */
const CODES: readonly (readonly [symbol: number, code: number, length: number])[] = [
  [0x30, 0x0, 5],
  [0x74, 0x9, 5],
  [0x20, 0x14, 6],
  [0x75, 0x2d, 6],
  [0x3a, 0x5c, 7],
  [0x7a, 0x7b, 7],
  [0x26, 0xf8, 8],
  [0x5a, 0xfd, 8],
  [0x21, 0x3f8, 10],
  [0x3f, 0x3fc, 10],
  [0x27, 0x7fa, 11],
  [0x7c, 0x7fc, 11],
  [0x23, 0xffa, 12],
  [0x3e, 0xffb, 12],
  [0x00, 0x1ff8, 13],
  [0x7e, 0x1ffd, 13],
  [0x5e, 0x3ffc, 14],
  [0x7d, 0x3ffd, 14],
  [0x3c, 0x7ffc, 15],
  [0x7b, 0x7ffe, 15],
  [0x5c, 0x7fff0, 19],
  [0xd0, 0x7fff2, 19],
  [0x80, 0xfffe6, 20],
  [0xe2, 0xfffed, 20],
  [0x99, 0x1fffdc, 21],
  [0xe6, 0x1fffe8, 21],
  [0x81, 0x3fffd2, 22],
  [0xe9, 0x3fffeb, 22],
  [0x01, 0x7fffd8, 23],
  [0xef, 0x7ffff4, 23],
  [0x09, 0xffffea, 24],
  [0xed, 0xfffff5, 24],
  [0xc7, 0x1ffffec, 25],
  [0xeb, 0x1ffffef, 25],
  [0xc0, 0x3ffffe0, 26],
  [0xff, 0x3ffffee, 26],
  [0xcb, 0x7ffffde, 27],
  [0xfe, 0x7fffff0, 27],
  [0x02, 0xfffffe2, 28],
  [0xf9, 0xffffffe, 28],
  [0x0a, 0x3ffffffc, 30],
  [0x16, 0x3ffffffe, 30],
];

Deno.test("decodeHuffman() decodes symbols of every length", () => {
  for (const [symbol, code, length] of CODES) {
    // Twice, because a code that is all ones but its end could pass for padding.
    const bits = code.toString(2).padStart(length, "0").repeat(2);
    const padded = bits.padEnd(Math.ceil(bits.length / 8) * 8, "1");
    const bytes = padded.match(/.{8}/g)!.map((byte) => Number.parseInt(byte, 2));
    assert.equal(decodeHuffman(Uint8Array.from(bytes)), String.fromCharCode(symbol, symbol));
  }
});

Deno.test("decodeHuffman() is undefined for bad padding and for the end of string", () => {
  assert.equal(decodeHuffman(fromHex("")), "");
  assert.equal(decodeHuffman(fromHex("1f")), "a"); // 00011 and three ones.
  assert.equal(decodeHuffman(fromHex("18")), undefined); // 00011 and zeros.
  assert.equal(decodeHuffman(fromHex("1fff")), undefined); // A whole byte of padding.
  assert.equal(decodeHuffman(fromHex("ff")), undefined);
  assert.equal(decodeHuffman(fromHex("ffffffff")), undefined);
  assert.equal(decodeHuffman(fromHex("fffffffc")), undefined); // End of string: 30 ones.
});
