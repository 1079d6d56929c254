import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { CODE_POINT } from "../../tests/support/text_arbitrary.ts";
import { parseResponseHead } from "../http/response_parser.ts";
import { latin1Bytes } from "../text/latin1.ts";
import { httpResponseHash } from "./http_response.ts";

function hashOf(...lines: string[]): string | undefined {
  const head = parseResponseHead(latin1Bytes(`${lines.join("\r\n")}\r\n\r\n`));
  assert.ok(typeof head === "object");
  return httpResponseHash(head);
}

function hash12(text: string): string {
  return createHash("sha256").update(text, "latin1").digest("hex").slice(0, 12);
}

const NGINX = [
  "Server: nginx/1.22.1",
  "Date: Mon, 01 Jan 2024 00:00:00 GMT",
  "Content-Type: text/html",
  "Content-Length: 615",
  "Last-Modified: Mon, 01 Jan 2024 00:00:00 GMT",
  "Connection: close",
  'ETag: "6592"',
  "Accept-Ranges: bytes",
];

Deno.test("httpResponseHash() has version, class, count, and the hashes of names and Server", () => {
  assert.equal(
    hashOf("HTTP/1.1 200 OK", ...NGINX),
    [
      "11207",
      hash12("Server,Date,Content-Type,Last-Modified,Connection,ETag,Accept-Ranges"),
      hash12("nginx/1.22.1"),
    ].join("_"),
  );
  assert.equal(
    hashOf("HTTP/1.0 302 Found", "location: /x"),
    `10301_${hash12("location")}_000000000000`,
  );
  assert.equal(hashOf("HTTP/1.1 200 OK"), `11200_${hash12("")}_000000000000`);
  assert.equal(hashOf("HTTP/1.1 200 OK", "Server:"), `11201_${hash12("Server")}_${hash12("")}`);
});

Deno.test("httpResponseHash() stays for other dates, lengths, framing, cookies, pages and limits", () => {
  const hash = hashOf("HTTP/1.1 200 OK", ...NGINX);
  const date = NGINX.map((line) => line.replace(/2024.*/, "2031 23:59:59 GMT"));
  assert.equal(hashOf("HTTP/1.1 200 OK", ...date), hash);
  const chunked = NGINX.map((line) =>
    line.replace(/Content-Length.*/, "Transfer-Encoding: chunked")
  );
  assert.equal(hashOf("HTTP/1.1 206 Partial", ...chunked), hash);
  const more = ["Set-Cookie: a=b", "set-cookie: c=d", "Age: 7", "X-RateLimit-Remaining: 3"];
  assert.equal(hashOf("HTTP/1.1 200 OK", ...more, ...NGINX), hash);
});

Deno.test("httpResponseHash() changes with order, case, Server, status class and version", () => {
  const hash = hashOf("HTTP/1.1 200 OK", ...NGINX);
  const others = [
    hashOf("HTTP/1.1 200 OK", ...NGINX.toReversed()),
    hashOf("HTTP/1.1 200 OK", ...NGINX.map((line) => line.replace("Date", "date"))),
    hashOf("HTTP/1.1 200 OK", ...NGINX.map((line) => line.replace("1.22.1", "1.22.2"))),
    hashOf("HTTP/1.1 403 Forbidden", ...NGINX),
    hashOf("HTTP/1.0 200 OK", ...NGINX),
    hashOf("HTTP/1.1 200 OK", ...NGINX, "X-Powered-By: PHP/8.2.7"),
  ];
  assert.equal(new Set([hash, ...others]).size, 7);
});

Deno.test("httpResponseHash() is undefined when not all headers were kept", () => {
  assert.equal(hashOf("HTTP/1.1 200 OK", ...Array<string>(201).fill("a: b")), undefined);
  assert.match(hashOf("HTTP/1.1 200 OK", ...Array<string>(200).fill("a: b"))!, /^11299_/);
});

Deno.test("httpResponseHash() has no character that a name or Server could bring in", () => {
  fc.assert(fc.property(fc.string({ unit: CODE_POINT }), fc.string(), (name, value) => {
    const headers = [{ name, value: "" }, { name: "Server", value }];
    const response = { version: "1.1", status: 200, reason: "", headers, truncated: false };
    assert.match(httpResponseHash(response)!, /^112\d\d_[0-9a-f]{12}_[0-9a-f]{12}$/);
  }));
});
