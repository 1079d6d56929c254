import assert from "node:assert/strict";
import fc from "fast-check";
import { addressBytes, formatAddress } from "../net/address.ts";
import { addressText, putAddress } from "./address_words.ts";

function words(address: string, at = 0): Int32Array {
  const bytes = addressBytes(address)!;
  const words = new Int32Array(at + 4);
  putAddress(words, at, bytes, 0, bytes.length);
  return words;
}

Deno.test("putAddress() makes an IPv4 address a mapped one", () => {
  assert.deepEqual([...words("192.0.2.255")], [0, 0, 0xffff, 0xc00002ff | 0]);
  assert.deepEqual(words("192.0.2.1"), words("::ffff:192.0.2.1"));
});

Deno.test("putAddress() reads from an offset, into an offset", () => {
  const packet = Uint8Array.of(9, 9, 10, 0, 0, 1, 9);
  const row = new Int32Array(8).fill(7);
  putAddress(row, 3, packet, 2, 4);
  assert.deepEqual([...row], [7, 7, 7, 0, 0, 0xffff, 0x0a000001, 7]);
});

Deno.test("addressText() reads every address back", () => {
  for (
    const address of ["0.0.0.0", "255.255.255.255", "::", "::1", "fe80::1", "2001:db8::ff00:42"]
  ) {
    assert.equal(addressText(words(address)), address);
    assert.equal(addressText(words(address, 3), 3), address);
  }
  const v4 = fc.uint8Array({ minLength: 4, maxLength: 4 });
  fc.assert(fc.property(v4, (bytes) => {
    const address = formatAddress(bytes);
    assert.equal(addressText(words(address)), address);
  }));
});
