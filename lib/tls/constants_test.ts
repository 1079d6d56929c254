import assert from "node:assert/strict";
import { isGrease, VERSION, versionName } from "./constants.ts";

Deno.test("isGrease() is true for the sixteen values of RFC 8701 and nothing else", () => {
  const found = Array.from({ length: 0x10000 }, (_, value) => value).filter(isGrease);
  assert.deepEqual(found, Array.from({ length: 16 }, (_, high) => high * 0x1010 + 0x0a0a));
});

Deno.test("versionName() names versions and shows others in hexadecimal", () => {
  assert.equal(versionName(VERSION.ssl30), "SSL 3.0");
  assert.equal(versionName(VERSION.tls13), "TLS 1.3");
  assert.equal(versionName(0x7f1c), "0x7f1c");
  assert.equal(versionName(2), "0x0002");
});
