import fc from "fast-check";
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { toHex } from "../bytes.ts";
import { HmacSha256 } from "./hmac.ts";

Deno.test("HmacSha256 computes what node:crypto does", () => {
  const hmac = new HmacSha256();
  const key = fc.uint8Array({ maxLength: 64, size: "max" });
  const data = fc.uint8Array({ maxLength: 55, size: "max" });
  fc.assert(fc.property(key, fc.array(data, { minLength: 1 }), (key, messages) => {
    hmac.setKey(key);
    for (const message of messages) {
      const output = new Uint8Array(32);
      hmac.sign(message, output);
      assert.equal(toHex(output), createHmac("sha256", key).update(message).digest("hex"));
    }
  }));
});

Deno.test("HmacSha256.sign() gives as many bytes as there is room for", () => {
  const hmac = new HmacSha256().setKey(Uint8Array.of(1));
  const whole = new Uint8Array(32);
  const some = new Uint8Array(12);
  hmac.sign(Uint8Array.of(2), whole);
  hmac.sign(Uint8Array.of(2), some);
  assert.deepEqual(some, whole.slice(0, 12));
});

Deno.test("HmacSha256 refuses what does not fit into a block", () => {
  const hmac = new HmacSha256();
  assert.throws(() => hmac.setKey(new Uint8Array(65)), RangeError);
  assert.throws(() => hmac.sign(new Uint8Array(56), new Uint8Array(32)), RangeError);
});
