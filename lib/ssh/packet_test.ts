import assert from "node:assert/strict";
import fc from "fast-check";
import { concatBytes, fromHex } from "../bytes.ts";
import { packet } from "../../tests/support/fake_ssh_server.ts";
import { parsePacket } from "./packet.ts";

Deno.test("parsePacket() gives the payload without padding, and the length of the whole", () => {
  // packet_length 12, padding_length 4, payload of 7 bytes.
  const bytes = fromHex("0000000c" + "04" + "14010203040506" + "00000000" + "ffff");
  assert.deepEqual(parsePacket(bytes), { payload: fromHex("14010203040506"), length: 16 });
});

Deno.test("parsePacket() finds the packet in a view that does not start at the buffer's start", () => {
  const bytes = concatBytes(Uint8Array.of(9, 9, 9), packet(Uint8Array.of(20, 1)));
  const result = parsePacket(bytes.subarray(3));
  assert.ok(typeof result === "object");
  assert.deepEqual(result.payload, Uint8Array.of(20, 1));
});

Deno.test("parsePacket() says malformed as soon as the length field is there", () => {
  const cases = [
    "0000000000", // nothing
    "0000000100", // padding length only
    "0000000504", // padding and no payload
    "0000000cff", // more padding than packet
    "000088b904", // 35,001
    "ffffffff04",
    "5353482d32", // "SSH-2"
    "485454502f", // "HTTP/"
  ];
  for (const hex of cases) assert.equal(parsePacket(fromHex(hex)), "malformed", hex);
  assert.equal(parsePacket(fromHex("000088b804")), "incomplete");
});

Deno.test("parsePacket() reads back any payload, and is incomplete until its last byte", () => {
  fc.assert(fc.property(
    fc.uint8Array({ minLength: 1, maxLength: 300 }),
    fc.uint8Array({ maxLength: 20 }),
    (payload, after) => {
      const whole = packet(payload);
      assert.equal(whole.length % 8, 0);
      const result = parsePacket(concatBytes(whole, after));
      assert.deepEqual(result, { payload, length: whole.length });
      for (let length = 0; length < whole.length; length++) {
        assert.equal(parsePacket(whole.subarray(0, length)), "incomplete");
      }
    },
  ));
});

Deno.test("parsePacket() never throws, and a packet is never empty nor longer than the bytes", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
    // Small lengths, so that some of them fit.
    for (const tried of [bytes, concatBytes(Uint8Array.of(0, 0, 0), bytes)]) {
      const result = parsePacket(tried);
      if (typeof result !== "object") continue;
      assert.ok(result.payload.length > 0);
      assert.ok(result.length <= tried.length);
    }
  }));
});
