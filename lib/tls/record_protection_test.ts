import assert from "node:assert/strict";
import { createCipheriv } from "node:crypto";
import { concatBytes, fromHex, toHex } from "../bytes.ts";
import { AES_128_GCM } from "./aead.ts";
import { RecordReader, type TlsRecord } from "./record.ts";
import { RecordOpener, TLS13_SUITES } from "./record_protection.ts";
import { SERVER_FLIGHT, SERVER_IV, SERVER_KEY } from "../../tests/support/rfc8448_trace.ts";

const keys = { key: fromHex(SERVER_KEY), iv: fromHex(SERVER_IV) };

function toRecord(bytes: Uint8Array): TlsRecord {
  const reader = new RecordReader();
  reader.push(bytes);
  const record = reader.next();
  assert.ok(typeof record === "object");
  return record;
}

/** A protected record as the sender of number `sequence` writes it. */
function seal(sequence: number, inner: Uint8Array): TlsRecord {
  const length = inner.length + 16;
  const header = Uint8Array.of(23, 3, 3, length >> 8, length & 0xff);
  const nonce = keys.iv.slice();
  new DataView(nonce.buffer).setUint32(8, new DataView(nonce.buffer).getUint32(8) ^ sequence);
  const cipher = createCipheriv("aes-128-gcm", keys.key, nonce).setAAD(header);
  const sealed = concatBytes(cipher.update(inner), cipher.final(), cipher.getAuthTag());
  return toRecord(concatBytes(header, sealed));
}

Deno.test("RecordOpener opens the server's flight of RFC 8448", () => {
  const inner = new RecordOpener(AES_128_GCM, keys).open(toRecord(SERVER_FLIGHT));
  assert.equal(inner?.type, 22);
  const content = inner?.content ?? new Uint8Array(0);
  assert.equal(content.length, 657);
  assert.equal(toHex(content.subarray(0, 6)), "080000240022");
  assert.equal(toHex(content.subarray(-36, -32)), "14000020");
});

Deno.test("RecordOpener opens records in order and no other way", () => {
  const inner = (byte: number) => Uint8Array.of(byte, 22);
  const opener = new RecordOpener(AES_128_GCM, keys);
  for (let sequence = 0; sequence < 300; sequence++) {
    const opened = opener.open(seal(sequence, inner(sequence & 0xff)));
    assert.deepEqual(opened, { type: 22, content: Uint8Array.of(sequence & 0xff) });
  }
  assert.equal(opener.open(seal(0, inner(0))), undefined);
});

Deno.test("RecordOpener takes padding off, and returns undefined for nothing but padding", () => {
  const opener = new RecordOpener(AES_128_GCM, keys);
  const padded = opener.open(seal(0, Uint8Array.of(2, 40, 21, 0, 0, 0)));
  assert.deepEqual(padded, { type: 21, content: Uint8Array.of(2, 40) });
  assert.equal(opener.open(seal(1, new Uint8Array(5))), undefined);
});

Deno.test("TLS13_SUITES has the five suites of RFC 8446", () => {
  const suites = [...TLS13_SUITES].map(([number, { aead, hash }]) =>
    [number, aead.keyLength, aead.tagLength, hash].join(" ")
  );
  assert.deepEqual(suites, [
    "4865 16 16 sha256",
    "4866 32 16 sha384",
    "4867 32 16 sha256",
    "4868 16 16 sha256",
    "4869 16 8 sha256",
  ]);
});
