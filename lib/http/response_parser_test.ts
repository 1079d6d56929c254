import assert from "node:assert/strict";
import fc from "fast-check";
import { CODE_POINT } from "../../tests/support/text_arbitrary.ts";
import { latin1Bytes } from "../text/latin1.ts";
import { MAX_HEAD_LENGTH } from "./request.ts";
import { responseValue, responseValues, setCookieNames } from "./response.ts";
import { parseResponseHead, type ResponseHead } from "./response_parser.ts";

function parse(text: string) {
  return parseResponseHead(latin1Bytes(text));
}

function head(text: string): ResponseHead {
  const result = parse(text);
  assert.ok(typeof result === "object", String(result));
  return result;
}

Deno.test("parseResponseHead() reads status line and headers in order and case, and leaves the body", () => {
  const text = "HTTP/1.1 404 Not Found\r\nServer:  x/1 \r\nX-a:b\r\nserver: y\r\n\r\n";
  assert.deepEqual(head(`${text}<html>`), {
    version: "1.1",
    status: 404,
    reason: "Not Found",
    headers: [
      { name: "Server", value: "x/1" },
      { name: "X-a", value: "b" },
      { name: "server", value: "y" },
    ],
    truncated: false,
    length: text.length,
  });
});

Deno.test("parseResponseHead() takes what sloppy servers send", () => {
  assert.equal(head("HTTP/1.1 200\r\n\r\n").reason, "");
  assert.equal(head("HTTP/1.1 200 \r\n\r\n").status, 200);
  assert.equal(head("http/1.0 200 OK\n\n").version, "1.0");
  assert.equal(head("HTTP/2 200\r\n\r\n").version, "2.0");
  assert.equal(head("\r\n\nHTTP/1.1  999 x\r\n\r\n").status, 999);
  const folded = head("HTTP/1.1 200 OK\r\nA: 1\r\n 2\r\n\t3\r\nno header\r\n: empty\r\nB:\r\n\r\n");
  assert.deepEqual(folded.headers, [{ name: "A", value: "1 2 3" }, { name: "B", value: "" }]);
});

Deno.test("parseResponseHead() keeps control characters and bytes above 0x7f as they are", () => {
  const { headers, reason } = head("HTTP/1.1 200 \x1b[2J\xe9\0\r\nServer: a\0\x9b\xff\rb\r\n\r\n");
  assert.equal(reason, "\x1b[2J\xe9\0");
  assert.deepEqual(headers, [{ name: "Server", value: "a\0\x9b\xff\rb" }]);
});

Deno.test("parseResponseHead() says incomplete for every prefix of a head", () => {
  const text = "HTTP/1.1 200 OK\r\nA: b\r\n\r\n";
  for (let length = 0; length < text.length; length++) {
    assert.equal(parse(text.slice(0, length)), "incomplete", String(length));
  }
});

Deno.test("parseResponseHead() says not_http at the first byte that does not fit", () => {
  for (
    const text of ["<html>", "SSH-2.0-x", "H ", "HTTQ", "HTTPS/1.1 200", "ICY 200 OK", "\x15\x03"]
  ) {
    assert.equal(parse(text), "not_http", text);
  }
});

Deno.test("parseResponseHead() says malformed for status lines that are none", () => {
  for (const line of ["HTTP/1.1", "HTTP/1.1 20 x", "HTTP/1.1 2000", "HTTP/1.1 abc", "HTTP/x 200"]) {
    assert.equal(parse(`${line}\r\n\r\n`), "malformed", line);
  }
});

Deno.test("parseResponseHead() says malformed for a head that is too long, and truncates many headers", () => {
  const line = "HTTP/1.1 200 OK\r\n";
  assert.equal(parse(line.padEnd(MAX_HEAD_LENGTH, "x")), "malformed");
  assert.equal(parse(`${line}A: ${"x".repeat(MAX_HEAD_LENGTH)}\r\n\r\n`), "malformed");
  const many = head(`${line}${"A: b\r\n".repeat(300)}\r\n`);
  assert.equal(many.truncated, true);
  assert.equal(many.headers.length, 200);
  assert.equal(head(`${line}${"x\r\n".repeat(500)}\r\n`).truncated, true);
});

Deno.test("parseResponseHead() never throws, and tells a length within the bytes", () => {
  const piece = fc.oneof(
    fc.constantFrom("HTTP/1.1 200 OK", "\r\n", "\n", "A: b", ": ", " ", "\0", "HTTP/", "\r\n\r\n"),
    fc.string({ unit: CODE_POINT, maxLength: 4 }),
  );
  fc.assert(fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
    const bytes = latin1Bytes(pieces.join(""));
    const result = parseResponseHead(bytes);
    if (typeof result === "object") assert.ok(result.length <= bytes.length);
  }));
});

Deno.test("responseValue() and responseValues() find headers in any case", () => {
  const response = head("HTTP/1.1 200 OK\r\nSERVER: a\r\nServer: b\r\n\r\n");
  assert.equal(responseValue(response, "server"), "a");
  assert.deepEqual(responseValues(response, "server"), ["a", "b"]);
  assert.equal(responseValue(response, "date"), undefined);
});

Deno.test("setCookieNames() tells names alone", () => {
  const response = head(
    "HTTP/1.1 200 OK\r\nSet-Cookie: a=secret; Path=/\r\nset-cookie: b ; HttpOnly=1\r\n" +
      "Set-Cookie: =x\r\nSet-Cookie:\r\n\r\n",
  );
  assert.deepEqual(setCookieNames(response), ["a", "b"]);
});
