import assert from "node:assert/strict";
import fc from "fast-check";
import { concatBytes } from "../bytes.ts";
import { latin1Bytes } from "../text/latin1.ts";
import { byteByByte, inPieces } from "../../tests/support/pieces_arbitrary.ts";
import { MAX_HEAD_LENGTH } from "./request.ts";
import { HttpRequestStream } from "./request_stream.ts";

/** Targets of the requests in a stream, and whether it ended. */
function targets(pieces: Iterable<Uint8Array>): { targets: string[]; ended: boolean } {
  const stream = new HttpRequestStream();
  const found: string[] = [];
  for (const piece of pieces) {
    found.push(...stream.push(piece).map(({ target }) => target));
    piece.fill(0xee); // The caller's buffer is used again.
  }
  return { targets: found, ended: stream.ended };
}

function targetsOf(...texts: string[]): { targets: string[]; ended: boolean } {
  return targets(texts.map(latin1Bytes));
}

const GET = (target: string) => `GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`;

const CHUNKED = "POST /chunked HTTP/1.1\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n" +
  "5\r\nhello\r\nA;name=value\r\n0123456789\r\n000\r\nTrailer: x\r\n\r\n";

const EXAMPLE = [
  GET("/1"),
  GET("/2"),
  "POST /3 HTTP/1.1\r\nContent-Length: 18\r\n\r\nGET /no HTTP/1.1\r\n",
  "\r\n",
  CHUNKED,
  "PUT /empty HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
  "\n",
  GET("/4"),
].join("");

const EXAMPLE_TARGETS = ["/1", "/2", "/3", "/chunked", "/empty", "/4"];

Deno.test("HttpRequestStream finds pipelined requests and passes over bodies", () => {
  assert.deepEqual(targetsOf(EXAMPLE), { targets: EXAMPLE_TARGETS, ended: false });
});

Deno.test("HttpRequestStream comes to the same however the bytes are cut", () => {
  const bytes = latin1Bytes(EXAMPLE);
  assert.deepEqual(targets(byteByByte(bytes)), { targets: EXAMPLE_TARGETS, ended: false });
  fc.assert(fc.property(inPieces(bytes), (pieces) => {
    assert.deepEqual(targets(pieces), { targets: EXAMPLE_TARGETS, ended: false });
  }));
});

Deno.test("HttpRequestStream gives a request as soon as its head is whole", () => {
  const stream = new HttpRequestStream();
  assert.equal(stream.push(latin1Bytes("POST / HTTP/1.1\r\nContent-Length: 9\r\n\r")).length, 0);
  assert.equal(stream.push(latin1Bytes("\n")).length, 1);
  assert.equal(stream.push(latin1Bytes("GET / HTT")).length, 0);
  assert.equal(stream.push(latin1Bytes("GET / HTTP/1.1\n\n")).length, 1);
});

Deno.test("HttpRequestStream ends where something else begins", () => {
  assert.deepEqual(targetsOf("\x16\x03\x01"), { targets: [], ended: true });
  assert.deepEqual(targetsOf("EHLO x\r\n", GET("/no")), { targets: [], ended: true });
  const connect = "CONNECT a:443 HTTP/1.1\r\n\r\n";
  assert.deepEqual(targetsOf(connect, "\x16\x03\x01", GET("/no")), {
    targets: ["a:443"],
    ended: true,
  });
});

Deno.test("HttpRequestStream goes on through a CONNECT tunnel without encryption", () => {
  assert.deepEqual(targetsOf("CONNECT a:80 HTTP/1.1\r\n\r\n", GET("/in")).targets, ["a:80", "/in"]);
});

Deno.test("HttpRequestStream ends at a malformed chunk", () => {
  const head = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
  const bodies = [
    "x\r\n",
    "\r\n",
    "-1\r\n",
    "12345678901234\r\n",
    "1\r\nab\r\n",
    "5x\r\n",
    "a".repeat(9000),
    `0\r\n${"a".repeat(9000)}`,
  ];
  for (const body of bodies) {
    assert.deepEqual(targetsOf(head + body, GET("/no")), { targets: ["/"], ended: true }, body);
  }
});

Deno.test("HttpRequestStream takes an unusable Content-Length for none", () => {
  for (const length of ["-1", "1e3", "0x10", "", "9999999999999999"]) {
    const head = `POST / HTTP/1.1\r\nContent-Length: ${length}\r\n\r\n`;
    assert.deepEqual(targetsOf(head, GET("/next")).targets, ["/", "/next"], length);
  }
});

Deno.test("HttpRequestStream ends at a head that is too long, in one piece or in many", () => {
  const line = "GET /" + "a".repeat(MAX_HEAD_LENGTH);
  const headers = "GET / HTTP/1.1\r\n" + "a: b\n".repeat(MAX_HEAD_LENGTH / 5);
  for (const text of [line, headers]) {
    assert.deepEqual(targetsOf(text, "\r\n\r\n", GET("/no")), { targets: [], ended: true });
    const bytes = latin1Bytes(text);
    const pieces = Array.from(
      { length: 700 },
      (_, index) => bytes.slice(index * 97, index * 97 + 97),
    );
    assert.equal(targets(pieces).ended, true);
  }
});

Deno.test("HttpRequestStream.skip() passes over missing bytes of a body", () => {
  const sized = new HttpRequestStream();
  sized.push(latin1Bytes("POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nab"));
  sized.skip(8);
  assert.equal(sized.push(latin1Bytes(GET("/next"))).length, 1);
  const chunked = new HttpRequestStream();
  chunked.push(latin1Bytes("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\na"));
  chunked.skip(4);
  assert.equal(chunked.push(latin1Bytes("\r\n0\r\n\r\n" + GET("/next"))).length, 1);
});

Deno.test("HttpRequestStream goes on with the next piece that begins with a request when it is lost", () => {
  const openings = [
    "POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\n",
    "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5",
    "GET / HTTP/1.1\r\nHost:",
    "GET",
    "",
  ];
  for (const opening of openings) {
    const stream = new HttpRequestStream();
    stream.push(latin1Bytes(opening));
    stream.skip(11);
    const pieces = [
      ": a\r\n\r\n",
      "GET /no ",
      GET("/1") + GET("/2").slice(0, 9),
      GET("/2").slice(9),
    ];
    const found = pieces.flatMap((piece) => stream.push(latin1Bytes(piece)));
    assert.deepEqual(found.map(({ target }) => target), ["/1", "/2"], opening);
    assert.equal(stream.ended, false);
  }
});

Deno.test("HttpRequestStream stops behind a CONNECT, and goes on with what it is given back", () => {
  const stream = new HttpRequestStream();
  const connect = "CONNECT a:443 HTTP/1.1\r\nContent-Length: 3\r\n\r\n";
  const found = stream.push(latin1Bytes(`${GET("/1")}${connect}\x16\x03\x01`));
  assert.deepEqual(found.map(({ target }) => target), ["/1", "a:443"]);
  assert.deepEqual(stream.behindConnect, latin1Bytes("\x16\x03\x01"));
  assert.equal(stream.ended, false);
  const refused = new HttpRequestStream();
  const pieces = byteByByte(latin1Bytes(connect));
  for (const piece of pieces) refused.push(piece);
  assert.equal(refused.behindConnect?.length, 0);
  assert.equal(refused.push(latin1Bytes(connect + GET("/2"))).length, 1);
  assert.equal(refused.push(refused.behindConnect!).length, 1);
  assert.equal(refused.behindConnect, undefined);
});

Deno.test("HttpRequestStream.held counts what waits", () => {
  const stream = new HttpRequestStream();
  assert.equal(stream.held, 0);
  stream.push(latin1Bytes("GET / HTTP/1.1\r\nA: " + "b".repeat(1000)));
  assert.ok(stream.held >= 1000);
  stream.push(latin1Bytes("\r\nTransfer-Encoding: chunked\r\n\r\n"));
  assert.equal(stream.held, 0);
  stream.push(latin1Bytes("5;" + "x".repeat(100)));
  assert.ok(stream.held >= 100);
});

/** What curl 7.88.1 sends for `curl --http2 http://127.0.0.1/up` to a server that agrees. */
const UPGRADE = "GET /up HTTP/1.1\r\nHost: 127.0.0.1:34289\r\nUser-Agent: curl/7.88.1\r\n" +
  "Accept: */*\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n" +
  "HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n\r\n" +
  "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" +
  "\0\0\x12\x04\0\0\0\0\0\0\x03\0\0\0\x64\0\x04\x02\0\0\0\0\x02\0\0\0\0" +
  "\0\0\x04\x08\0\0\0\0\0\x01\xff\0\x01";

Deno.test("HttpRequestStream follows an upgrade to HTTP/2", () => {
  const stream = new HttpRequestStream();
  const first = stream.push(latin1Bytes(UPGRADE));
  assert.deepEqual(first.map(({ target, version }) => [target, version]), [["/up", "1.1"]]);
  // HEADERS on stream 3 out of the static table: GET, /, http.
  const next = stream.push(latin1Bytes("\0\0\x03\x01\x05\0\0\0\x03\x82\x84\x86"));
  assert.deepEqual(next.map(({ method, target, version }) => [method, target, version]), [
    ["GET", "/", "2"],
  ]);
  assert.deepEqual(stream.http2?.settings, [
    { id: 3, value: 100 },
    { id: 4, value: 0x02000000 },
    { id: 2, value: 0 },
  ]);
  assert.equal(stream.http2?.windowUpdate, 0x01ff0001);
});

Deno.test("HttpRequestStream ends when HTTP/2 ends, and passes over missing data in it", () => {
  const stream = new HttpRequestStream();
  stream.push(latin1Bytes(UPGRADE + "\0\0\x0a\0\0\0\0\0\x01ab"));
  stream.skip(8);
  assert.equal(stream.ended, false);
  stream.skip(1);
  assert.equal(stream.ended, true);
  assert.deepEqual(targetsOf("PRI * HTTP/2.0\r\n\r\nXX"), { targets: [], ended: true });
});

Deno.test("HttpRequestStream comes to the same for hostile bytes, and without an exception", () => {
  const fragment = fc.oneof(
    fc.constantFrom(
      ...["GET ", "/", " HTTP/1.1", "\r\n", "\n", "\r", "\r\n\r\n", "A: b\r\n", " ", "0", "5"],
      ...["POST / HTTP/1.1\r\n", "Transfer-Encoding: chunked\r\n", "Content-Length: 4\r\n"],
      ...[
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "\0\0\0\x04\0\0\0\0\0",
        "\0\0\x01\x01\x04\0\0\0\x01\x82",
      ],
    ).map(latin1Bytes),
    fc.uint8Array({ maxLength: 5 }),
  );
  fc.assert(
    fc.property(fc.array(fragment, { maxLength: 20 }), (fragments) => {
      const bytes = concatBytes(...fragments);
      assert.deepEqual(targets(byteByByte(bytes)), targets([bytes]));
    }),
    { numRuns: 1000 },
  );
});
