import assert from "node:assert/strict";
import fc from "fast-check";
import { concatBytes, fromHex } from "../bytes.ts";
import { findHello } from "./find_hello.ts";

const CLIENT_HELLO = fromHex("160301012401000120030346b785");
const SERVER_HELLO = fromHex("160303007a0200007603038f3e0a");

Deno.test("findHello() finds the hello of either side behind anything", () => {
  // All but the byte with which a hello begins, so that none comes about by chance.
  const junk = fc.uint8Array({ maxLength: 100 }).map((bytes) =>
    bytes.map((byte) => byte === 0x16 ? 0x17 : byte)
  );
  fc.assert(fc.property(junk, fc.constantFrom(CLIENT_HELLO, SERVER_HELLO), (before, hello) => {
    const found = findHello(concatBytes(before, hello));
    assert.deepEqual(found, { state: "tls", offset: before.length });
    const partial = findHello(concatBytes(before, hello.subarray(0, 8)));
    assert.deepEqual(partial, { state: "incomplete", offset: before.length });
  }));
});

Deno.test("findHello() passes over what only begins like one", () => {
  const lookalikes = fromHex("1603" + "16" + "160301000001" + "1616");
  assert.deepEqual(findHello(concatBytes(lookalikes, fromHex("0000"))), {
    state: "no",
    offset: 13,
  });
  assert.deepEqual(findHello(concatBytes(lookalikes, fromHex("0000"), CLIENT_HELLO)), {
    state: "tls",
    offset: 13,
  });
  assert.deepEqual(findHello(new Uint8Array(0)), { state: "no", offset: 0 });
});
