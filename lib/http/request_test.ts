import assert from "node:assert/strict";
import { latin1Bytes } from "../text/latin1.ts";
import { cookies, headerValue, headerValues, requestHost } from "./request.ts";
import { parseRequestHead, type RequestHead } from "./request_head.ts";

function request(line: string, ...headers: string[]): RequestHead {
  const result = parseRequestHead(latin1Bytes([line, ...headers, "", ""].join("\r\n")));
  assert.ok(typeof result === "object");
  return result;
}

Deno.test("headerValue() and headerValues() find headers in any case", () => {
  const head = request("GET / HTTP/1.1", "A: 1", "x-a: 2", "a: 3");
  assert.equal(headerValue(head, "a"), "1");
  assert.deepEqual(headerValues(head, "a"), ["1", "3"]);
  assert.equal(headerValue(head, "b"), undefined);
  assert.deepEqual(headerValues(head, "b"), []);
});

Deno.test("requestHost() goes by an absolute target before the Host header", () => {
  const host = "Host: from.header";
  assert.equal(requestHost(request("GET /x HTTP/1.1", host)), "from.header");
  assert.equal(requestHost(request("GET http://a.b:81/x?y HTTP/1.1", host)), "a.b:81");
  assert.equal(requestHost(request("GET HTTPS://a.b HTTP/1.1")), "a.b");
  assert.equal(requestHost(request("CONNECT a.b:443 HTTP/1.1", host)), "a.b:443");
  assert.equal(requestHost(request("GET /http://a.b/ HTTP/1.1", host)), "from.header");
  assert.equal(requestHost(request("GET / HTTP/1.0")), undefined);
});

Deno.test("cookies() gives the pairs of all Cookie headers", () => {
  const head = request("GET / HTTP/1.1", "Cookie: b=2;a=1 ;; d", "COOKIE: c=x=y; ", "Cookie:");
  assert.deepEqual(cookies(head), ["b=2", "a=1", "d", "c=x=y"]);
  assert.deepEqual(cookies(request("GET / HTTP/1.1", "Cookies: a=1")), []);
});
