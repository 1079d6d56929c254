import fc from "fast-check";
import assert from "node:assert/strict";
import { cryptoFrame, varint } from "../../tests/support/quic_packets.ts";
import { QUIC_CLIENT_HELLO } from "../../tests/support/quic_vectors.ts";
import { concatBytes, fromHex } from "../bytes.ts";
import { CryptoStream } from "./crypto_stream.ts";

const HELLO = { type: 1, body: QUIC_CLIENT_HELLO.slice(4) };
const WHOLE = cryptoFrame(0, QUIC_CLIENT_HELLO);

/** Frames that may stand beside CRYPTO. */
const OTHER_FRAMES: Readonly<Record<string, string>> = {
  "PADDING": "000000",
  "PING": "01",
  "ACK": "02" + "4123" + "00" + "02" + "05" + "0001" + "0203",
  "ACK with ECN": "03" + "05" + "00" + "00" + "05" + "010203",
  "CONNECTION_CLOSE": "1c" + "0a" + "06" + "03" + "616263",
  "PING of T051": "07",
};

for (const [name, hex] of Object.entries(OTHER_FRAMES)) {
  Deno.test(`CryptoStream passes over ${name} frames`, () => {
    const frame = fromHex(hex);
    assert.deepEqual(new CryptoStream().push(concatBytes(frame, frame, WHOLE, frame)), [HELLO]);
  });
}

Deno.test("CryptoStream reads the CRYPTO frames of Chromium's T051", () => {
  assert.deepEqual(new CryptoStream().push(concatBytes(Uint8Array.of(8), WHOLE.slice(1))), [HELLO]);
});

Deno.test("CryptoStream puts a hello together from frames in any order", () => {
  const cuts = fc.uniqueArray(
    fc.integer({ min: 1, max: QUIC_CLIENT_HELLO.length - 1 }),
    { maxLength: 30 },
  );
  const scene = cuts.chain((cuts) => {
    const edges = [0, ...cuts.toSorted((a, b) => a - b), QUIC_CLIENT_HELLO.length];
    const frames = edges.slice(1).map((end, index) =>
      cryptoFrame(edges[index]!, QUIC_CLIENT_HELLO.subarray(edges[index], end))
    );
    return fc.shuffledSubarray(frames, { minLength: frames.length });
  });
  fc.assert(fc.property(scene, fc.integer({ min: 1, max: 9 }), (frames, perPacket) => {
    const stream = new CryptoStream();
    const seen = [];
    for (let at = 0; at < frames.length; at += perPacket) {
      const packet = frames.slice(at, at + perPacket);
      seen.push(...stream.push(concatBytes(...packet, Uint8Array.of(1, 0, 0))));
    }
    assert.deepEqual(seen, [HELLO]);
  }));
});

Deno.test("CryptoStream gives a second message, and nothing that is sent again", () => {
  const stream = new CryptoStream();
  const second = concatBytes(Uint8Array.of(1, 0, 0, 2), Uint8Array.of(8, 9));
  assert.deepEqual(stream.push(WHOLE), [HELLO]);
  assert.deepEqual(stream.push(WHOLE), []);
  assert.deepEqual(stream.push(cryptoFrame(QUIC_CLIENT_HELLO.length, second)), [
    { type: 1, body: Uint8Array.of(8, 9) },
  ]);
  const both = new CryptoStream().push(cryptoFrame(0, concatBytes(second, QUIC_CLIENT_HELLO)));
  assert.deepEqual(both, [{ type: 1, body: Uint8Array.of(8, 9) }, HELLO]);
});

Deno.test("CryptoStream stops at frames that it does not know, and at frames that are cut", () => {
  assert.deepEqual(new CryptoStream().push(concatBytes(fromHex("30"), WHOLE)), []);
  assert.deepEqual(new CryptoStream().push(concatBytes(WHOLE, fromHex("30"))), [HELLO]);
  assert.deepEqual(new CryptoStream().push(WHOLE.slice(0, -1)), []);
});

Deno.test("CryptoStream does not wait for more than it would keep", () => {
  const stream = new CryptoStream();
  assert.deepEqual(stream.push(cryptoFrame(0, fromHex("01ffffff"))), []);
  const endless = concatBytes(fromHex("02" + "05" + "00"), varint(2 ** 29), fromHex("00"));
  assert.deepEqual(stream.push(endless), []);
});

Deno.test("CryptoStream never throws", () => {
  const nearly = fc.tuple(fc.uint8Array(), fc.nat(WHOLE.length)).map(([bytes, at]) => {
    const frames = WHOLE.slice();
    frames.set(bytes.subarray(0, frames.length - at), at);
    return frames;
  });
  const type = fc.constantFrom(0, 1, 2, 3, 6, 7, 8, 0x1c);
  const typed = fc.array(fc.tuple(type, fc.uint8Array({ maxLength: 12 })))
    .map((parts) => concatBytes(...parts.map(([type, rest]) => Uint8Array.of(type, ...rest))));
  fc.assert(fc.property(fc.array(fc.oneof(fc.uint8Array(), nearly, typed)), (packets) => {
    const stream = new CryptoStream();
    for (const frames of packets) stream.push(frames);
  }));
});
