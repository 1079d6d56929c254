import fc from "fast-check";
import assert from "node:assert/strict";
import { concatBytes } from "../bytes.ts";
import { recordHeader, RecordReader, type TlsRecord } from "./record.ts";

function record(type: number, payload: Uint8Array): Uint8Array {
  const header = Uint8Array.of(type, 3, 1, payload.length >> 8, payload.length & 0xff);
  return concatBytes(header, payload);
}

/** `bytes` in pieces that end at the given places. */
function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length];
  ends.sort((a, b) => a - b);
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

Deno.test("RecordReader gives the same records however the stream is cut", () => {
  const records = fc.array(
    fc.record({ type: fc.integer({ min: 20, max: 24 }), payload: fc.uint8Array() }),
  );
  fc.assert(fc.property(records, fc.array(fc.nat(5000)), (sent, places) => {
    const stream = concatBytes(...sent.map(({ type, payload }) => record(type, payload)));
    const reader = new RecordReader();
    const seen: TlsRecord[] = [];
    for (const piece of cut(stream, places)) {
      reader.push(piece);
      for (let next = reader.next(); next !== undefined; next = reader.next()) {
        assert.ok(typeof next === "object");
        seen.push(next);
      }
    }
    assert.deepEqual(
      seen.map(({ type, payload }) => ({ type, payload })),
      sent.map(({ type, payload }) => ({ type, payload })),
    );
  }));
});

Deno.test("RecordReader gives version and header as they stood on the wire", () => {
  const reader = new RecordReader();
  reader.push(Uint8Array.of(22, 3, 3, 0, 1, 7));
  const next = reader.next() as TlsRecord;
  assert.deepEqual(next, { type: 22, version: 0x0303, payload: Uint8Array.of(7) });
  assert.deepEqual(recordHeader(next), Uint8Array.of(22, 3, 3, 0, 1));
  assert.equal(reader.next(), undefined);
});

Deno.test("RecordReader says not_tls as soon as a byte does not fit, and stays with it", () => {
  const text = new TextEncoder().encode("HTTP/1.1 400 Bad Request");
  const sslv2ServerHello = Uint8Array.of(0x80, 0x2e, 0x04, 0x00);
  const wrongMajor = Uint8Array.of(22, 2);
  for (const bytes of [text, sslv2ServerHello, wrongMajor, Uint8Array.of(19), Uint8Array.of(25)]) {
    const reader = new RecordReader();
    reader.push(bytes);
    assert.equal(reader.next(), "not_tls");
    reader.push(record(22, Uint8Array.of(1)));
    assert.equal(reader.next(), "not_tls");
  }
});

Deno.test("RecordReader takes a record of 2^14 + 2048 bytes and turns one more byte down at once", () => {
  const largest = new Uint8Array(2 ** 14 + 2048);
  const reader = new RecordReader();
  reader.push(record(23, largest));
  assert.deepEqual(reader.next(), {
    type: 23,
    version: 0x0301,
    payload: largest,
  });
  reader.push(Uint8Array.of(23, 3, 1, 0x48, 1));
  assert.equal(reader.next(), "oversized");
});

Deno.test("RecordReader waits for the rest of header and payload", () => {
  const reader = new RecordReader();
  for (const byte of [22, 3, 1, 0, 2, 8]) {
    reader.push(Uint8Array.of(byte));
    assert.equal(reader.next(), undefined);
  }
});

Deno.test("RecordReader never throws", () => {
  fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 64 })), (pieces) => {
    const reader = new RecordReader();
    for (const piece of pieces) {
      reader.push(piece);
      reader.next();
    }
  }));
});
