import assert from "node:assert/strict";
import fc from "fast-check";
import { latin1Bytes } from "../text/latin1.ts";
import { MAX_HEAD_LENGTH, MAX_HEADERS } from "./request.ts";
import {
  isKnownRequest,
  isRequest,
  parseRequestHead,
  type RequestHead,
  type RequestHeadResult,
} from "./request_head.ts";

function parse(text: string): RequestHeadResult {
  return parseRequestHead(latin1Bytes(text));
}

function request(text: string): RequestHead {
  const result = parse(text);
  assert.ok(typeof result === "object", `${result}: ${JSON.stringify(text.slice(0, 80))}`);
  return result;
}

Deno.test("parseRequestHead() reads what curl sends", () => {
  const head = "GET /a?b=c HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nUser-Agent: curl/7.88.1\r\n" +
    "Accept: */*\r\nCookie: b=2; a=1\r\n\r\n";
  assert.deepEqual(parse(head + "GET /next"), {
    method: "GET",
    target: "/a?b=c",
    version: "1.1",
    headers: [
      { name: "Host", value: "127.0.0.1:8080" },
      { name: "User-Agent", value: "curl/7.88.1" },
      { name: "Accept", value: "*/*" },
      { name: "Cookie", value: "b=2; a=1" },
    ],
    pseudoHeaders: [],
    authority: undefined,
    truncated: false,
    length: head.length,
  });
});

Deno.test("parseRequestHead() takes bare line feeds, and empty lines before the request", () => {
  const head = "\r\n\n\r\nget / http/1.0\nhOsT:a\nB :\t c \t\n\n";
  const { method, version, headers, length } = request(head + "body");
  assert.equal(method, "get");
  assert.equal(version, "1.0");
  assert.deepEqual(headers, [{ name: "hOsT", value: "a" }, { name: "B ", value: "c" }]);
  assert.equal(length, head.length);
});

Deno.test("parseRequestHead() takes a request without headers", () => {
  assert.deepEqual(request("GET / HTTP/1.0\r\n\r\n").headers, []);
  assert.equal(request("M-SEARCH * HTTP/1.1\n\n").method, "M-SEARCH");
});

Deno.test("parseRequestHead() keeps targets as they are", () => {
  for (const target of ["*", "http://a/b", "a:443", "/a b  c", "/\xe9\x01"]) {
    assert.equal(request(`X ${target} HTTP/1.1\r\n\r\n`).target, target);
  }
  assert.equal(request("GET  HTTP/1.1\r\n\r\n").target, "");
});

Deno.test("parseRequestHead() reads versions of one or two digits", () => {
  for (const [sent, read] of [["1.1", "1.1"], ["1", "1.0"], ["2.0", "2.0"], ["1.0 \t", "1.0"]]) {
    assert.equal(request(`GET / HTTP/${sent}\r\n\r\n`).version, read);
  }
});

Deno.test("parseRequestHead() joins folded values", () => {
  const { headers } = request(
    "GET / HTTP/1.1\r\nA: one\r\n  two\r\n\tthree: x\r\nB:\r\n c\r\n\r\n",
  );
  assert.deepEqual(headers, [{ name: "A", value: "one two three: x" }, { name: "B", value: "c" }]);
});

Deno.test("parseRequestHead() passes over lines that are no headers", () => {
  const { headers } = request("GET / HTTP/1.1\r\nno colon\r\n: no name\r\nA: b\r\n\r\n");
  assert.deepEqual(headers, [{ name: "A", value: "b" }]);
});

Deno.test("parseRequestHead() keeps every byte, as Latin-1", () => {
  const { headers } = request("GET / HTTP/1.1\r\nn\xe9: \x80\x00\r\x1b[2J\r\n\r\n");
  assert.deepEqual(headers, [{ name: "n\xe9", value: "\x80\x00\r\x1b[2J" }]);
});

Deno.test("parseRequestHead() says incomplete while a request may still come", () => {
  for (
    const text of ["", "\r\n", "G", "GET", "GET ", "GET / HT", "GET / HTTP/1.1", "GET / HTTP/1.1\r"]
  ) {
    assert.equal(parse(text), "incomplete", text);
  }
  assert.equal(parse("GET / HTTP/1.1\r\nHost: a\r\n"), "incomplete");
  assert.equal(parse("GET / HTTP/1.1\r\nHost: a\r\n\r"), "incomplete");
});

Deno.test("parseRequestHead() says not_http at the first byte that does not fit", () => {
  const cases = [
    "\x16\x03\x01", // TLS
    "\x00\x00\x00\x08", // PostgreSQL
    " GET / HTTP/1.1\r\n",
    "GET\t/ HTTP/1.1",
    "SSH-2.0-OpenSSH_9.2\r\n",
    "EHLO mail.example.com\r\n",
    "GET /\r\n",
    "OPTIONS / RTSP/1.0\r\n",
    "OPTIONS sip:nm SIP/2.0\r\n",
    "GET / HTTP/x.1\r\n",
    "GET / HTTP/11\r\n",
    "GET/HTTP/1.1\r\n",
    "HTTP/1.1 200 OK\r\n",
    "A".repeat(33),
  ];
  for (const text of cases) assert.equal(parse(text), "not_http", JSON.stringify(text));
});

Deno.test("parseRequestHead() gives up on a head that is too long", () => {
  const fill = (length: number) =>
    `GET /${"a".repeat(length - 20)} HTTP/1.1\r\n\r\n`.padEnd(length, "b");
  assert.equal(fill(MAX_HEAD_LENGTH).length, MAX_HEAD_LENGTH);
  assert.equal(request(fill(MAX_HEAD_LENGTH)).length, MAX_HEAD_LENGTH - 2);
  assert.equal(parse("GET /" + "a".repeat(MAX_HEAD_LENGTH)), "not_http");
  assert.equal(parse("GET / HTTP/1.1\r\n" + "a:b\r\n".repeat(MAX_HEAD_LENGTH / 5)), "not_http");
  assert.equal(
    parse("GET / HTTP/1.1\r\nA: " + "a".repeat(MAX_HEAD_LENGTH) + "\r\n\r\n"),
    "not_http",
  );
});

Deno.test("parseRequestHead() keeps a bounded number of headers and says so", () => {
  const withHeaders = (count: number) =>
    request("GET / HTTP/1.1\r\n" + "a: b\r\n".repeat(count) + "\r\n");
  assert.equal(withHeaders(MAX_HEADERS).truncated, false);
  const more = withHeaders(MAX_HEADERS + 1);
  assert.equal(more.truncated, true);
  assert.equal(more.headers.length, MAX_HEADERS);
  const folded = request("GET / HTTP/1.1\r\na:\r\n" + " b\r\n".repeat(10_000) + "\r\n");
  assert.equal(folded.truncated, true);
});

Deno.test("parseRequestHead() is not slowed down by hostile lines", () => {
  // Quadratic work on these would take minutes.
  for (const filler of [" ", "\t", "HTTP/", " HTTP/1.", "\r"]) {
    const line = `GET ${filler.repeat(60_000 / filler.length)}x\r\n\r\n`;
    for (let round = 0; round < 20; round++) assert.equal(parse(line), "not_http");
  }
});

Deno.test("parseRequestHead() reads any bytes without an exception", () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 400 }),
    fc.uint8Array({ maxLength: 400 }).map((rest) =>
      new Uint8Array([...latin1Bytes("GET / HTTP/1.1\r\n"), ...rest])
    ),
  );
  fc.assert(fc.property(bytes, (input) => {
    const result = parseRequestHead(input);
    if (typeof result === "object") assert.ok(result.length <= input.length);
  }));
});

Deno.test("parseRequestHead() comes to the same answer however much has arrived after it", () => {
  const token = fc.stringMatching(/^[A-Za-z-]{1,12}$/);
  const value = fc.stringMatching(/^[!-~]( ?[!-~]){0,20}$/);
  const end = fc.constantFrom("\r\n", "\n");
  const head = fc.record({
    method: token,
    target: fc.stringMatching(/^[!-~]{1,20}$/),
    headers: fc.array(fc.record({ name: token, value, end }), { maxLength: 12 }),
    end,
    rest: fc.string({ maxLength: 40, unit: "binary-ascii" }),
  });
  fc.assert(fc.property(head, ({ method, target, headers, end, rest }) => {
    const text = `${method} ${target} HTTP/1.1${end}` +
      headers.map((header) => `${header.name}: ${header.value}${header.end}`).join("") + "\n";
    const result = request(text + rest);
    assert.equal(result.length, text.length);
    assert.equal(result.method, method);
    assert.equal(result.target, target);
    assert.deepEqual(result.headers, headers.map(({ name, value }) => ({ name, value })));
    for (let length = 0; length < text.length; length++) {
      assert.equal(parse(text.slice(0, length)), "incomplete");
    }
  }));
});

Deno.test("isKnownRequest() takes methods that are known, in any case, with a target", () => {
  for (
    const line of [
      "GET / HTTP/1.1",
      "M-SEARCH * HTTP/1.1",
      "\r\nget /a b HTTP/1.0",
      "PRI * HTTP/2.0",
    ]
  ) assert.equal(isKnownRequest(latin1Bytes(`${line}\r\n`)), true, line);
});

Deno.test("isKnownRequest() does not take what may be the end of a request line", () => {
  const line = "OPTIONS /a-b/list HTTP/1.1\r\n";
  assert.equal(isKnownRequest(latin1Bytes(line)), true);
  const taken = [];
  for (let cut = 1; cut < line.length; cut++) {
    const rest = latin1Bytes(line.slice(cut));
    assert.equal(isKnownRequest(rest), false, `cut at ${cut}`);
    if (isRequest(rest)) taken.push(cut);
  }
  assert.ok(taken.length > 5, "some of them would be requests if nothing were missing");
  for (const other of ["GET HTTP/1.1\r\n", "FROBNICATE / HTTP/1.1\r\n", "GET / HTTP/1.1", ""]) {
    assert.equal(isKnownRequest(latin1Bytes(other)), false, other);
  }
});
