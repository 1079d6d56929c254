import fc from "fast-check";
import assert from "node:assert/strict";
import { ja4Alpn, ja4Count, ja4Number, ja4Version } from "./ja4_parts.ts";

Deno.test("ja4Version() has codes for TLS, SSL and DTLS, and 00 for the rest", () => {
  const versions = [0x0304, 0x0303, 0x0302, 0x0301, 0x0300, 0x0002, 0xfeff, 0xfefd, 0xfefc];
  assert.deepEqual(versions.map(ja4Version), "13 12 11 10 s3 s2 d1 d2 d3".split(" "));
  assert.deepEqual([0x7f1c, 0x0200, 0].map(ja4Version), ["00", "00", "00"]);
});

Deno.test("ja4Alpn() takes the first and last byte, or their hexadecimal", () => {
  const text = (protocol: string) => ja4Alpn(new TextEncoder().encode(protocol));
  assert.equal(text("h2"), "h2");
  assert.equal(text("http/1.1"), "h1");
  assert.equal(text("h"), "hh");
  assert.equal(text("_x"), "58");
  assert.equal(text("x_"), "7f");
  assert.equal(ja4Alpn(Uint8Array.of(0xab)), "ab");
  assert.equal(ja4Alpn(Uint8Array.of(0x30, 0xab)), "3b");
  assert.equal(ja4Alpn(new Uint8Array(0)), "00");
  assert.equal(ja4Alpn(undefined), "00");
});

Deno.test("ja4Alpn() is always two characters of a to z, A to Z and 0 to 9", () => {
  fc.assert(fc.property(fc.uint8Array(), (protocol) => {
    assert.match(ja4Alpn(protocol), /^[a-zA-Z0-9]{2}$/);
  }));
});

Deno.test("ja4Count() and ja4Number() have fixed widths", () => {
  assert.deepEqual([0, 9, 10, 99, 100].map(ja4Count), ["00", "09", "10", "99", "99"]);
  assert.deepEqual([0, 0x2f, 0xcca8].map(ja4Number), ["0000", "002f", "cca8"]);
});
