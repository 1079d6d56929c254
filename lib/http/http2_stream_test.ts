import assert from "node:assert/strict";
import fc from "fast-check";
import { ByteWriter, concatBytes, fromHex } from "../bytes.ts";
import { Http2RequestStream } from "./http2_stream.ts";
import { latin1Bytes } from "../text/latin1.ts";
import { byteByByte, inPieces } from "../../tests/support/pieces_arbitrary.ts";
import type { HttpRequest } from "./request.ts";
import { HttpRequestStream } from "./request_stream.ts";

/** curl 7.88.1 with `--http2-prior-knowledge`, a cookie header and a language. */
const CURL = fromHex(
  "505249202a20485454502f322e300d0a0d0a534d0d0a0d0a000012040000000000000300000064000402000000" +
    "00020000000000000408000000000001ff000100003b010500000001820485607fe4701386418b089d5c0b8170" +
    "dc65d642ff7a8825b650c3abbcf2e153032a2f2a1f11868e017da83803518b90ab5fc1f5217efb4005df",
);

/** Node 18: `request({":path": "/n2", "user-agent": "x", "cookie": ["a=1", "b=2"]})`. */
const NODE = fromHex(
  "505249202a20485454502f322e300d0a0d0a534d0d0a0d0a000000040000000000000022010500000001" +
    "04032f6e3282418b089d5c0b8170dc682d819f867a01781f11821c011f1103623d32",
);

function frame(type: number, flags: number, stream: number, payload: Uint8Array): Uint8Array {
  return new ByteWriter().uint(3, payload.length).u8(type).u8(flags).uint(4, stream).bytes(payload)
    .finish();
}

const PREFACE_END = latin1Bytes("SM\r\n\r\n");
const SETTINGS = frame(4, 0, 0, new Uint8Array(0));
const OPENING = concatBytes(PREFACE_END, SETTINGS);

/** GET / of host `a`, and `x: y` as a new entry of the table. */
const BLOCK = fromHex("828486410161400178" + "0179");
const HEADERS = frame(1, 0x05, 1, BLOCK);

function run(...pieces: Uint8Array[]): { stream: Http2RequestStream; requests: HttpRequest[] } {
  const stream = new Http2RequestStream();
  const requests: HttpRequest[] = [];
  for (const piece of pieces) {
    requests.push(...stream.push(piece));
    piece.fill(0xee); // The caller's buffer is used again.
  }
  return { stream, requests };
}

Deno.test("Http2RequestStream reads what curl sends with prior knowledge", () => {
  const stream = new HttpRequestStream();
  assert.deepEqual(stream.push(CURL), [{
    method: "GET",
    target: "/a?b=c",
    version: "2",
    headers: [
      { name: "user-agent", value: "curl/7.88.1" },
      { name: "accept", value: "*/*" },
      { name: "cookie", value: "b=2; a=1" },
      { name: "accept-language", value: "de-DE,de;q=0.9" },
    ],
    pseudoHeaders: [":method", ":path", ":scheme", ":authority"],
    authority: "127.0.0.1:37319",
    truncated: false,
  }]);
  assert.deepEqual(stream.http2?.settings, [
    { id: 3, value: 100 },
    { id: 4, value: 0x02000000 },
    { id: 2, value: 0 },
  ]);
  assert.equal(stream.http2?.windowUpdate, 0x01ff0001);
  assert.equal(stream.ended, false);
});

Deno.test("Http2RequestStream reads what Node sends: empty settings, a cookie in each header", () => {
  const stream = new HttpRequestStream();
  const [request] = stream.push(NODE);
  assert.deepEqual(request?.headers, [
    { name: "user-agent", value: "x" },
    { name: "cookie", value: "a=1" },
    { name: "cookie", value: "b=2" },
  ]);
  assert.deepEqual(request?.pseudoHeaders, [":path", ":method", ":authority", ":scheme"]);
  assert.deepEqual(stream.http2?.settings, []);
});

Deno.test("Http2RequestStream reads the header table from one request to the next", () => {
  const again = frame(1, 0x05, 3, fromHex("828486bfbe"));
  const { requests } = run(OPENING.slice(), HEADERS.slice(), again);
  assert.deepEqual(requests.map(({ authority, headers }) => [authority, headers]), [
    ["a", [{ name: "x", value: "y" }]],
    ["a", [{ name: "x", value: "y" }]],
  ]);
});

Deno.test("Http2RequestStream passes over padding, priority, data and what it does not read", () => {
  const padded = frame(1, 0x2d, 1, concatBytes(fromHex("0380000007ff"), BLOCK, new Uint8Array(3)));
  const { stream, requests } = run(
    OPENING.slice(),
    frame(8, 0, 3, fromHex("00000001")), // WINDOW_UPDATE of a stream
    frame(8, 0, 0, fromHex("80000005")),
    frame(8, 0, 0, fromHex("00000006")),
    frame(2, 0, 5, fromHex("800000030f")),
    frame(0, 0, 1, new Uint8Array(200_000)),
    frame(0x99, 0, 0, new Uint8Array(9)),
    frame(4, 1, 0, new Uint8Array(0)), // ACK
    frame(4, 0, 0, fromHex("000100000000")),
    padded,
    frame(6, 0, 0, new Uint8Array(8)),
  );
  assert.deepEqual(requests.map(({ target }) => target), ["/"]);
  assert.deepEqual(stream.settings, []);
  assert.equal(stream.windowUpdate, 5);
  assert.deepEqual(stream.priorities, [{ stream: 5, exclusive: true, dependsOn: 3, weight: 16 }]);
});

Deno.test("Http2RequestStream puts header blocks together", () => {
  const { requests } = run(
    OPENING.slice(),
    frame(1, 0x01, 1, BLOCK.subarray(0, 2)),
    frame(9, 0, 1, new Uint8Array(0)),
    frame(9, 0, 1, BLOCK.subarray(2, 7)),
    frame(9, 4, 1, BLOCK.subarray(7)),
  );
  assert.deepEqual(requests.map(({ authority }) => authority), ["a"]);
});

Deno.test("Http2RequestStream takes a block without a method for trailers", () => {
  const { stream, requests } = run(OPENING.slice(), frame(1, 0x05, 1, fromHex("0001780179")));
  assert.deepEqual(requests, []);
  assert.equal(stream.ended, false);
});

Deno.test("Http2RequestStream takes the authority of CONNECT for its target", () => {
  const block = concatBytes(fromHex("0207"), latin1Bytes("CONNECT"), fromHex("410161"));
  const { requests } = run(OPENING.slice(), frame(1, 0x05, 1, block));
  assert.deepEqual(requests.map(({ method, target }) => [method, target]), [["CONNECT", "a"]]);
});

Deno.test("Http2RequestStream ends where the connection cannot be followed", () => {
  const cases: readonly Uint8Array[][] = [
    [latin1Bytes("XX")],
    [PREFACE_END, HEADERS], // SETTINGS have to come first.
    [OPENING, frame(1, 0x01, 1, BLOCK), frame(0, 0, 1, BLOCK)], // Data within a block.
    [OPENING, frame(1, 0x01, 1, BLOCK), frame(9, 4, 3, BLOCK)], // Another stream's.
    [OPENING, frame(9, 4, 1, BLOCK)], // Nothing to continue.
    [OPENING, frame(1, 0x05, 1, fromHex("80"))], // Malformed block.
    [OPENING, frame(1, 0x0d, 1, fromHex("0582"))], // More padding than payload.
    [OPENING, frame(1, 0x25, 1, fromHex("8284"))], // Priority cut short.
    [OPENING, fromHex("010001" + "0105" + "00000001")], // A frame of more than 64 KiB.
    [
      OPENING,
      frame(1, 0x01, 1, new Uint8Array(60_000).fill(0x82)),
      frame(9, 4, 1, new Uint8Array(6_000).fill(0x82)),
    ],
  ];
  for (const pieces of cases) {
    const copies = pieces.map((piece) => piece.slice());
    assert.equal(run(...copies).stream.ended, true);
    const { stream, requests } = run(...pieces.map((piece) => piece.slice()), HEADERS.slice());
    assert.deepEqual(requests, []);
    assert.equal(stream.skip(1), false);
  }
});

Deno.test("Http2RequestStream.skip() passes over missing bytes of data alone", () => {
  const { stream } = run(OPENING.slice(), frame(0, 0, 1, new Uint8Array(10)).slice(0, 12));
  assert.equal(stream.skip(7), true);
  assert.equal(stream.push(HEADERS.slice()).length, 1);
  assert.equal(stream.skip(1), false);
});

Deno.test("Http2RequestStream comes to the same however the bytes are cut", () => {
  const found = (pieces: Uint8Array[]) => {
    const stream = new HttpRequestStream();
    return pieces.flatMap((piece) => stream.push(piece));
  };
  const bytes = concatBytes(
    CURL,
    frame(0, 0, 1, new Uint8Array(50)),
    frame(1, 0x01, 3, BLOCK.subarray(0, 3)),
    frame(9, 4, 3, BLOCK.subarray(3)),
  );
  const whole = found([bytes]);
  assert.equal(whole.length, 2);
  assert.deepEqual(found(byteByByte(bytes)), whole);
  fc.assert(fc.property(inPieces(bytes), (pieces) => assert.deepEqual(found(pieces), whole)));
});

Deno.test("Http2RequestStream reads any bytes without an exception", () => {
  const frames = fc.record({
    type: fc.nat({ max: 10 }),
    flags: fc.nat({ max: 255 }),
    stream: fc.nat({ max: 3 }),
    payload: fc.uint8Array({ maxLength: 30 }),
  }).map(({ type, flags, stream, payload }) => frame(type, flags, stream, payload));
  const pieces = fc.array(fc.oneof(frames, fc.uint8Array({ maxLength: 30 })), { maxLength: 8 });
  fc.assert(fc.property(pieces, (input) => {
    run(OPENING.slice(), ...input);
  }));
});
