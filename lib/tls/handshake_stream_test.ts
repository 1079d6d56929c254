import fc from "fast-check";
import assert from "node:assert/strict";
import { concatBytes } from "../bytes.ts";
import {
  type HandshakeMessage,
  HandshakeStream,
  MAX_HANDSHAKE_MESSAGE_LENGTH,
  rawMessage,
} from "./handshake_stream.ts";

function message(type: number, body: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(type, 0, body.length >> 8, body.length & 0xff), body);
}

function header(type: number, length: number): Uint8Array {
  return Uint8Array.of(type, length >> 16, length >> 8 & 0xff, length & 0xff);
}

Deno.test("HandshakeStream puts messages together however records cut or pack them", () => {
  const messages = fc.array(fc.record({ type: fc.nat(255), body: fc.uint8Array() }));
  fc.assert(fc.property(messages, fc.integer({ min: 1, max: 40 }), (sent, size) => {
    const bytes = concatBytes(...sent.map(({ type, body }) => message(type, body)));
    const stream = new HandshakeStream();
    const seen: HandshakeMessage[] = [];
    for (let offset = 0; offset < bytes.length; offset += size) {
      stream.push(bytes.subarray(offset, offset + size));
      for (let next = stream.next(); next !== undefined; next = stream.next()) {
        assert.ok(next !== "oversized");
        seen.push(next);
      }
    }
    assert.ok(stream.empty);
    assert.deepEqual(
      seen.map((one) => ({ ...one, raw: rawMessage(one) })),
      sent.map(({ type, body }) => ({ type, body, raw: message(type, body) })),
    );
  }));
});

Deno.test("HandshakeStream.empty is false while part of a message waits", () => {
  const stream = new HandshakeStream();
  assert.ok(stream.empty);
  stream.push(Uint8Array.of(11));
  assert.ok(!stream.empty);
});

Deno.test("HandshakeStream takes 512 KiB and turns a longer claim down at its header", () => {
  const stream = new HandshakeStream();
  stream.push(header(11, MAX_HANDSHAKE_MESSAGE_LENGTH));
  assert.equal(stream.next(), undefined);
  stream.push(new Uint8Array(MAX_HANDSHAKE_MESSAGE_LENGTH));
  const whole = stream.next();
  assert.ok(typeof whole === "object");
  assert.equal(whole.body.length, MAX_HANDSHAKE_MESSAGE_LENGTH);

  stream.push(header(11, MAX_HANDSHAKE_MESSAGE_LENGTH + 1));
  assert.equal(stream.next(), "oversized");
  stream.push(message(11, Uint8Array.of(1)));
  assert.equal(stream.next(), "oversized");
});

Deno.test("HandshakeStream turns a claim of 16 MiB down", () => {
  const stream = new HandshakeStream();
  stream.push(header(2, 0xffffff));
  assert.equal(stream.next(), "oversized");
});
