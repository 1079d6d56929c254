import assert from "node:assert/strict";
import fc from "fast-check";
import { CODE_POINT } from "../../tests/support/text_arbitrary.ts";
import { concatBytes } from "../bytes.ts";
import { byteByByte, inPieces } from "../../tests/support/pieces_arbitrary.ts";
import { latin1, latin1Bytes } from "../text/latin1.ts";
import { MAX_BODY } from "./response_body.ts";
import { HttpResponseReader } from "./response_reader.ts";

/** What a reader makes of `pieces` and the end of the connection behind them. */
function read(...pieces: (string | Uint8Array)[]) {
  const reader = new HttpResponseReader();
  for (const piece of pieces) {
    reader.push(typeof piece === "string" ? latin1Bytes(piece) : piece);
  }
  const stateBefore = reader.state;
  reader.end();
  const received = reader.received();
  return {
    state: stateBefore,
    status: received?.response.status,
    body: received === undefined ? undefined : latin1(received.body),
    ending: received?.ending,
  };
}

const OK = "HTTP/1.1 200 OK\r\n";

Deno.test("HttpResponseReader reads a body of Content-Length and ignores what is behind it", () => {
  assert.deepEqual(read(`${OK}Content-Length: 5\r\n\r\nhelloHTTP/1.1 404 x\r\n`), {
    state: "done",
    status: 200,
    body: "hello",
    ending: "whole",
  });
  assert.deepEqual(
    read(`${OK}Content-Length: 5, 5\r\nContent-Length: 5\r\n\r\nhello!`).body,
    "hello",
  );
  assert.equal(read(`${OK}Content-Length: 0\r\n\r\nx`).state, "done");
});

Deno.test("HttpResponseReader reads a body up to the end of the connection", () => {
  const whole = { state: "body", status: 200, body: "hello", ending: "whole" };
  assert.deepEqual(read(`${OK}\r\nhello`), whole);
  const lengths = ["-1", "0x5", "five", "5, 6", "1e3", "", "99999999999999999999"];
  for (const length of lengths) {
    assert.deepEqual(read(`${OK}Content-Length: ${length}\r\n\r\nhello`), whole, length);
  }
  assert.deepEqual(read(`${OK}Transfer-Encoding: gzip\r\nContent-Length: 1\r\n\r\nhello`), whole);
});

Deno.test("HttpResponseReader takes chunks apart, with extensions and trailers", () => {
  const chunked = `${OK}Transfer-Encoding: Chunked\r\nContent-Length: 3\r\n\r\n`;
  const whole = { state: "done", status: 200, body: "hello world", ending: "whole" };
  assert.deepEqual(
    read(`${chunked}5\r\nhello\r\n6;a="b"\r\n world\r\n0\r\nT: x\r\n\r\nmore`),
    whole,
  );
  assert.deepEqual(read(`${chunked}b\nhello world\n0\n\n`), whole);
  assert.equal(read(`${OK}Transfer-Encoding: gzip, chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n`).body, "x");
});

Deno.test("HttpResponseReader tells that a body was cut", () => {
  assert.deepEqual(read(`${OK}Content-Length: 9\r\n\r\nhello`), {
    state: "body",
    status: 200,
    body: "hello",
    ending: "cut",
  });
  const chunked = `${OK}Transfer-Encoding: chunked\r\n\r\n`;
  assert.equal(read(`${chunked}9\r\nhello`).ending, "cut");
  assert.equal(read(`${chunked}5\r\nhello\r\n0\r\n`).ending, "cut");
  assert.deepEqual(read(`${chunked}5\r\nhellox\r\n`), {
    state: "done",
    status: 200,
    body: "hello",
    ending: "cut",
  });
  for (const size of ["g", "-1", "ffffffffffffffff", "", "x".repeat(9000)]) {
    assert.equal(read(`${chunked}${size}\r\nhello`).ending, "cut", size.slice(0, 20));
  }
});

Deno.test("HttpResponseReader takes a body for cut that has not ended, whatever its framing", () => {
  for (const head of ["", "Content-Length: 9\r\n", "Transfer-Encoding: chunked\r\n"]) {
    const reader = new HttpResponseReader();
    reader.push(latin1Bytes(`${OK}${head}\r\n5\r\nhel`));
    assert.equal(reader.received()!.ending, "cut");
    assert.equal(reader.state, "body");
  }
});

Deno.test("HttpResponseReader keeps 256 KiB of a body and then wants no more", () => {
  const long = new Uint8Array(MAX_BODY + 1);
  for (
    const head of [
      `${OK}\r\n`,
      `${OK}Content-Length: 999999999999\r\n\r\n`,
      `${OK}Transfer-Encoding: chunked\r\n\r\nfffffffffffff\r\n`,
    ]
  ) {
    const { state, body, ending } = read(head, long);
    assert.deepEqual([state, body!.length, ending], ["done", MAX_BODY, "capped"]);
  }
  assert.equal(read(`${OK}Content-Length: ${MAX_BODY}\r\n\r\n`, long.subarray(1)).ending, "whole");
  const drops = concatBytes(
    ...Array<Uint8Array>(200).fill(latin1Bytes(`1;${"x".repeat(8000)}\nx\n`)),
  );
  assert.deepEqual(read(`${OK}Transfer-Encoding: chunked\r\n\r\n`, drops).ending, "capped");
});

Deno.test("HttpResponseReader reads no body behind 101, 204 and 304", () => {
  for (const status of ["101", "204", "304"]) {
    const { state, body } = read(`HTTP/1.1 ${status} x\r\nContent-Length: 5\r\n\r\nhello`);
    assert.deepEqual([state, body], ["done", ""]);
  }
});

Deno.test("HttpResponseReader passes over interim responses, but not for ever", () => {
  const interim = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
  const final = `${OK}Content-Length: 1\r\n\r\nx`;
  assert.equal(read(`HTTP/1.1 100 Continue\r\n\r\n${interim}${final}`).status, 200);
  assert.equal(read(`${interim.repeat(8)}${final}`).status, 200);
  assert.deepEqual(read(`${interim.repeat(9)}${final}`), {
    state: "malformed",
    status: undefined,
    body: undefined,
    ending: undefined,
  });
});

Deno.test("HttpResponseReader says what is no HTTP, and what is broken HTTP", () => {
  assert.equal(read("<html>HTTP/0.9</html>").state, "not_http");
  assert.equal(read("\x15\x03\x01\0\x02\x02F").state, "not_http");
  assert.equal(read("HTTP/1.1 hello\r\n\r\n").state, "malformed");
  assert.equal(read(`${OK}A: b\r\n`).state, "head");
  assert.equal(read("").state, "head");
  assert.equal(read(...Array<string>(9).fill("\r\n".repeat(4096))).state, "not_http");
});

Deno.test("HttpResponseReader reads the same out of any pieces", () => {
  const responses = [
    `${OK}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n`,
    `\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n\n${OK}Content-Length: 5\n\nhello`,
    `${OK}A: b\r\n\r\nhello`,
    "HTTP/1.1 hello\r\n\r\n",
  ];
  for (const text of responses) {
    const bytes = latin1Bytes(text);
    const whole = read(bytes);
    assert.deepEqual(read(...byteByByte(bytes)), whole);
    fc.assert(
      fc.property(inPieces(bytes), (pieces) => assert.deepEqual(read(...pieces), whole)),
      { numRuns: 50 },
    );
  }
});

Deno.test("HttpResponseReader stays within bounds whatever arrives", () => {
  const piece = fc.oneof(
    fc.constantFrom(OK, "\r\n", "Transfer-Encoding: chunked\r\n", "Content-Length: 7\r\n", "5\r\n"),
    fc.constantFrom("HTTP/1.1 100 x\r\n\r\n", "0\r\n\r\n", "hello", "A:b\r\n"),
    fc.string({ unit: CODE_POINT, maxLength: 8 }),
  );
  fc.assert(fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
    const { body = "", ending, status } = read(...pieces);
    assert.ok(body.length <= pieces.join("").length);
    assert.equal(ending === undefined, status === undefined);
  }));
});
