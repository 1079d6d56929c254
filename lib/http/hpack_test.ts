import assert from "node:assert/strict";
import fc from "fast-check";
import { concatBytes, fromHex } from "../bytes.ts";
import { HpackDecoder } from "./hpack.ts";
import { latin1Bytes } from "../text/latin1.ts";
import { MAX_HEADERS } from "./request.ts";

/** Fields as `name: value`. */
function decode(decoder: HpackDecoder, block: Uint8Array): string[] | undefined {
  return decoder.decode(block)?.headers.map(({ name, value }) => `${name}: ${value}`);
}

const FIRST = [":method: GET", ":scheme: http", ":path: /", ":authority: www.example.com"];
const SECOND = [...FIRST, "cache-control: no-cache"];
const THIRD = [
  ":method: GET",
  ":scheme: https",
  ":path: /index.html",
  ":authority: www.example.com",
  "custom-key: custom-value",
];

Deno.test("HpackDecoder decodes the requests of RFC 7541 C.3, without Huffman coding", () => {
  const decoder = new HpackDecoder();
  const blocks = [
    "828684410f7777772e6578616d706c652e636f6d",
    "828684be58086e6f2d6361636865",
    "828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565",
  ];
  assert.deepEqual(blocks.map((hex) => decode(decoder, fromHex(hex))), [FIRST, SECOND, THIRD]);
});

Deno.test("HpackDecoder decodes the requests of RFC 7541 C.4, with Huffman coding", () => {
  const decoder = new HpackDecoder();
  const blocks = [
    "828684418cf1e3c2e5f23a6ba0ab90f4ff",
    "828684be5886a8eb10649cbf",
    "828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf",
  ];
  assert.deepEqual(blocks.map((hex) => decode(decoder, fromHex(hex))), [FIRST, SECOND, THIRD]);
});

Deno.test("HpackDecoder decodes the literals of RFC 7541 C.2", () => {
  const decoder = new HpackDecoder();
  const cases: Readonly<Record<string, string>> = {
    "400a637573746f6d2d6b65790d637573746f6d2d686561646572": "custom-key: custom-header",
    "040c2f73616d706c652f70617468": ":path: /sample/path",
    "100870617373776f726406736563726574": "password: secret",
    be: "custom-key: custom-header", // Only the first of these was to be remembered.
  };
  for (const [hex, field] of Object.entries(cases)) {
    assert.deepEqual(decode(decoder, fromHex(hex)), [field]);
  }
  assert.equal(decoder.decode(fromHex("bf")), undefined);
});

Deno.test("HpackDecoder evicts as in the responses of RFC 7541 C.5, with a table of 256", () => {
  const decoder = new HpackDecoder();
  assert.deepEqual(decode(decoder, fromHex("3fe101")), []); // Table size 256.
  const blocks = [
    "4803333032580770726976617465611d4d6f6e2c203231204f637420323031332032303a31333a323120474d54" +
    "6e1768747470733a2f2f7777772e6578616d706c652e636f6d",
    "4803333037c1c0bf",
    "88c1611d4d6f6e2c203231204f637420323031332032303a31333a323220474d54c05a04677a69707738666f6f" +
    "3d4153444a4b48514b425a584f5157454f50495541585157454f49553b206d61782d6167653d333630303b2076" +
    "657273696f6e3d31",
  ];
  const location = "location: https://www.example.com";
  assert.deepEqual(blocks.map((hex) => decode(decoder, fromHex(hex))), [
    [":status: 302", "cache-control: private", "date: Mon, 21 Oct 2013 20:13:21 GMT", location],
    [":status: 307", "cache-control: private", "date: Mon, 21 Oct 2013 20:13:21 GMT", location],
    [
      ":status: 200",
      "cache-control: private",
      "date: Mon, 21 Oct 2013 20:13:22 GMT",
      location,
      "content-encoding: gzip",
      "set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1",
    ],
  ]);
  // What is left, newest first: set-cookie, content-encoding, date.
  assert.deepEqual(decode(decoder, fromHex("bfc0"))?.map((field) => field.split(":")[0]), [
    "content-encoding",
    "date",
  ]);
  assert.equal(decoder.decode(fromHex("c1")), undefined);
});

Deno.test("HpackDecoder empties its table for an entry that is larger than it", () => {
  const decoder = new HpackDecoder();
  decoder.decode(fromHex("4001610162")); // a: b
  assert.deepEqual(decode(decoder, fromHex("be")), ["a: b"]);
  const large = concatBytes(fromHex("4001637f811f"), latin1Bytes("x".repeat(4096)));
  assert.equal(decode(decoder, large)?.length, 1);
  assert.equal(decoder.decode(fromHex("be")), undefined);
});

Deno.test("HpackDecoder.decode() is undefined for malformed blocks", () => {
  const cases = [
    "80", // Index 0.
    "be", // Nothing in the dynamic table.
    "ff", // Integer cut short.
    "ffffffffffff01", // Integer too long.
    "40", // Literal cut short.
    "40016101", // Value cut short.
    "400181ff", // Malformed Huffman string.
    "7f8001", // Literal with an unknown name.
    "3fe2ff03", // Table of more than 64 KiB.
    "82418cf1e3c2e5f23a6ba0ab90f4", // String longer than the block.
  ];
  for (const hex of cases) assert.equal(new HpackDecoder().decode(fromHex(hex)), undefined, hex);
});

Deno.test("HpackDecoder keeps a bounded number of headers, and goes on with its table", () => {
  const decoder = new HpackDecoder();
  const many = concatBytes(new Uint8Array(MAX_HEADERS).fill(0x82), fromHex("4001610162"));
  const block = decoder.decode(many);
  assert.equal(block?.headers.length, MAX_HEADERS);
  assert.equal(block?.truncated, true);
  assert.deepEqual(decode(decoder, fromHex("be")), ["a: b"]);
});

Deno.test("HpackDecoder does not blow up one long entry", () => {
  const decoder = new HpackDecoder();
  decoder.decode(concatBytes(fromHex("4001617f811e"), latin1Bytes("x".repeat(3968))));
  const block = decoder.decode(new Uint8Array(60).fill(0xbe));
  assert.equal(block?.truncated, true);
  assert.equal(block?.headers.length, 16);
});

Deno.test("HpackDecoder decodes any bytes without an exception", () => {
  const blocks = fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 5 });
  fc.assert(fc.property(blocks, (input) => {
    const decoder = new HpackDecoder();
    for (const block of input) decoder.decode(block);
  }));
});
