import assert from "node:assert/strict";
import { brotliCompressSync, deflateSync, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { ByteWriter } from "../bytes.ts";
import { decompressCertificate } from "./compressed_certificate.ts";

const CERTIFICATE = new TextEncoder().encode("a chain of certificates ".repeat(100));

function message(algorithm: number, length: number, compressed: Uint8Array): Uint8Array {
  return new ByteWriter().u16(algorithm).u8(length >> 16).u16(length & 0xffff).vector(
    3,
    (field) => field.bytes(compressed),
  )
    .finish();
}

Deno.test("decompressCertificate() knows the algorithms of RFC 8879", () => {
  for (
    const [number, compress] of [[1, deflateSync], [2, brotliCompressSync], [
      3,
      zstdCompressSync,
    ]] as const
  ) {
    const body = message(number, CERTIFICATE.length, compress(CERTIFICATE));
    assert.deepEqual(decompressCertificate(body), CERTIFICATE);
  }
});

Deno.test("decompressCertificate() returns undefined for what is not what it says", () => {
  const compressed = deflateSync(CERTIFICATE);
  assert.equal(decompressCertificate(message(4, CERTIFICATE.length, compressed)), undefined);
  assert.equal(decompressCertificate(message(1, CERTIFICATE.length + 1, compressed)), undefined);
  assert.equal(decompressCertificate(message(1, CERTIFICATE.length - 1, compressed)), undefined);
  assert.equal(decompressCertificate(message(1, 0, compressed)), undefined);
  assert.equal(decompressCertificate(message(2, CERTIFICATE.length, compressed)), undefined);
  // A bomb, and a claim that nothing of would be believed.
  const bomb = deflateSync(new Uint8Array(16 * 1024 * 1024));
  assert.equal(decompressCertificate(message(1, 2000, bomb)), undefined);
  assert.equal(decompressCertificate(message(1, 0xffffff, bomb)), undefined);
});

Deno.test("decompressCertificate() takes any bytes", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
    decompressCertificate(bytes);
    decompressCertificate(message(1 + bytes.length % 3, bytes.length * 7, bytes));
  }));
});
