import assert from "node:assert/strict";
import { fromHex } from "../../bytes.ts";
import { latin1Bytes } from "../../text/latin1.ts";
import { type HttpRequest, MAX_HEADERS } from "../../http/request.ts";
import { HttpRequestStream } from "../../http/request_stream.ts";
import { ja4h } from "./ja4h.ts";

function request(line: string, ...headers: string[]): HttpRequest {
  return onlyRequest(latin1Bytes([line, ...headers, "", ""].join("\r\n")));
}

function onlyRequest(bytes: Uint8Array): HttpRequest {
  const requests = new HttpRequestStream().push(bytes);
  assert.equal(requests.length, 1);
  return requests[0]!;
}

function first(line: string, ...headers: string[]): string {
  return ja4h(request(line, ...headers))!.ja4h.split("_")[0]!;
}

// Hashes here are of `printf %s Host,Accept | sha256sum | cut -c1-12`, and so on.

Deno.test("ja4h() of a request with cookies and referer", () => {
  const example = request(
    "GET /a?b=c HTTP/1.1",
    "Host: 127.0.0.1:8080",
    "User-Agent: curl/7.88.1",
    "Accept: */*",
    "Cookie: b=2; a=1",
    "Referer: http://x/",
    "Accept-Language: de-DE,de;q=0.9",
  );
  assert.deepEqual(ja4h(example), {
    ja4h: "ge11cr04dede_8ddaef5d77af_1eb7c54d5283_06beefe2b477",
    ja4hRaw: "ge11cr04dede_Host,User-Agent,Accept,Accept-Language_a,b_a=1,b=2",
  });
});

Deno.test("ja4h() of HTTP/2 leaves pseudo-headers out", () => {
  // curl 7.88.1 with the same cookies and language, see http2_stream_test.ts.
  const bytes = fromHex(
    "505249202a20485454502f322e300d0a0d0a534d0d0a0d0a0000120400000000000003000000640004020000" +
      "0000020000000000000408000000000001ff000100003b010500000001820485607fe4701386418b089d5c0b" +
      "8170dc65d642ff7a8825b650c3abbcf2e153032a2f2a1f11868e017da83803518b90ab5fc1f5217efb4005df",
  );
  assert.equal(
    ja4h(onlyRequest(bytes))?.ja4h,
    "ge20cn03dede_dc308f3700d9_1eb7c54d5283_06beefe2b477",
  );
});

Deno.test("ja4h() of a request without headers hashes the empty text", () => {
  assert.deepEqual(ja4h(request("GET / HTTP/1.0")), {
    ja4h: "ge10nn000000_e3b0c44298fc_000000000000_000000000000",
    ja4hRaw: "ge10nn000000___",
  });
});

Deno.test("ja4h() writes methods as FoxIO's table has them, and others by two letters", () => {
  const codes: Readonly<Record<string, string>> = {
    "GET": "ge",
    "get": "ge",
    "CONNECT": "co",
    "COPY": "cy",
    "M-SEARCH": "ms",
    "MKCOL": "ml",
    "PROPFIND": "pf",
    "PURGE": "pr",
    "REPORT": "rp",
    "UNLOCK": "uo",
    "UNSUBSCRIBE": "un",
    "FOO": "fo",
    "X": "x0",
  };
  for (const [method, code] of Object.entries(codes)) {
    assert.equal(first(`${method} * HTTP/1.1`), `${code}11nn000000`);
  }
});

Deno.test("ja4h() has two characters for methods of bytes that only HTTP/2 lets through", () => {
  for (const method of ["\x82\x86", "\n", "", " g", "_x"]) {
    const fingerprint = ja4h({ ...request("GET / HTTP/1.1"), method, version: "2" })!;
    assert.match(fingerprint.ja4h, /^[!-~]{2}20nn000000_/);
  }
});

Deno.test("ja4h() marks cookie and referer whatever their case, and does not count them", () => {
  assert.equal(first("GET / HTTP/1.1", "COOKIE: a=1", "rEFERER: x", "Cookies: y"), "ge11cr010000");
  assert.equal(first("GET / HTTP/1.1", "Cookie:"), "ge11cn000000");
  assert.match(ja4h(request("GET / HTTP/1.1", "Cookie: "))!.ja4h, /_000000000000_000000000000$/);
});

Deno.test("ja4h() counts up to 99 headers and hashes them all", () => {
  const headers = (count: number) => Array.from({ length: count }, () => "a: b");
  assert.equal(first("GET / HTTP/1.1", ...headers(99)), "ge11nn990000");
  assert.equal(first("GET / HTTP/1.1", ...headers(100)), "ge11nn990000");
  const [more, most] = [100, MAX_HEADERS].map((count) =>
    ja4h(request("GET / HTTP/1.1", ...headers(count)))!.ja4h
  );
  assert.notEqual(more, most);
  assert.equal(ja4h(request("GET / HTTP/1.1", ...headers(MAX_HEADERS + 1))), undefined);
});

Deno.test("ja4h() takes four characters of the first language", () => {
  const codes: Readonly<Record<string, string>> = {
    "en-US,en;q=0.9": "enus",
    "da, en-GB;q=0.8": "da00",
    "en;q=0.5": "en00",
    "zh-Hans-CN": "zhha",
    "es-419,es": "es41",
    "*": "*000",
    "": "0000",
    ",en": "0000",
    "\x1b]0;": "1b]0",
    "\xe9": "e900",
  };
  for (const [value, code] of Object.entries(codes)) {
    assert.equal(first("GET / HTTP/1.1", `Accept-Language: ${value}`), `ge11nn01${code}`);
  }
  assert.equal(
    first("GET / HTTP/1.1", "accept-language: fr", "Accept-Language: de"),
    "ge11nn02fr00",
  );
});

Deno.test("ja4h() sorts cookies by name, not by name and value", () => {
  const raw = (cookie: string) =>
    ja4h(request("GET / HTTP/1.1", `Cookie: ${cookie}`))!.ja4hRaw.split("_").slice(2).join("_");
  assert.equal(raw("a-b=1; a=2"), "a,a-b_a=2,a-b=1");
  assert.equal(raw("b=1; a=2; B=3; a=1"), "B,a,a,b_B=3,a=2,a=1,b=1");
  assert.equal(raw("b;a=x=y;=z"), ",a,b_=z,a=x=y,b");
});

Deno.test("ja4h() hashes the bytes that were sent", () => {
  // printf 'n\xc3\xa9' | sha256sum, and printf 'n\xc3\xa9=\xff' | sha256sum
  assert.match(
    ja4h(request("GET / HTTP/1.1", "Cookie: n\xc3\xa9=\xff"))!.ja4h,
    /_82b5c347493f_10713c17ea66$/,
  );
});
