import assert from "node:assert/strict";
import fc from "fast-check";
import { concatBytes, fromHex } from "../bytes.ts";
import { kexInitPayload, OPENSSH_9_2 } from "../../tests/support/fake_ssh_server.ts";
import { type KexInit, names, parseKexInit } from "./kexinit.ts";

Deno.test("parseKexInit() reads the ten lists in their order", () => {
  const lists: KexInit = {
    kexAlgorithms: "a",
    hostKeyAlgorithms: "b,b2",
    encryptionClientToServer: "c",
    encryptionServerToClient: "d",
    macClientToServer: "e",
    macServerToClient: "f",
    compressionClientToServer: "g",
    compressionServerToClient: "h",
    languagesClientToServer: "i",
    languagesServerToClient: "",
  };
  assert.deepEqual(parseKexInit(kexInitPayload(lists)), lists);
  assert.deepEqual(parseKexInit(kexInitPayload(OPENSSH_9_2)), OPENSSH_9_2);
});

Deno.test("parseKexInit() keeps newlines, control characters and bytes above 0x7f as they were sent", () => {
  const hostile = { ...OPENSSH_9_2, kexAlgorithms: "a\r\n<134>1 forged\x00,\x1b]0;x\x07,\xff\xfe" };
  assert.equal(parseKexInit(kexInitPayload(hostile))?.kexAlgorithms, hostile.kexAlgorithms);
});

Deno.test("parseKexInit() returns undefined for another message or one that is cut short", () => {
  const payload = kexInitPayload(OPENSSH_9_2);
  assert.equal(parseKexInit(concatBytes(Uint8Array.of(21), payload.subarray(1))), undefined);
  // The last five bytes, a flag and a reserved field, tell nothing and may be missing.
  for (let length = 0; length < payload.length - 5; length++) {
    assert.equal(parseKexInit(payload.subarray(0, length)), undefined, `${length} bytes`);
  }
});

Deno.test("parseKexInit() believes no length field", () => {
  const claims = concatBytes(Uint8Array.of(20), new Uint8Array(16), fromHex("ffffffff6161"));
  assert.equal(parseKexInit(claims), undefined);
});

Deno.test("parseKexInit() never throws, and reads back any ten lists", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
    parseKexInit(bytes);
    parseKexInit(concatBytes(Uint8Array.of(20), bytes));
  }));
  const list = fc.uint8Array({ maxLength: 30 }).map((bytes) => String.fromCharCode(...bytes));
  fc.assert(fc.property(fc.array(list, { minLength: 10, maxLength: 10 }), (lists) => {
    const keys = Object.keys(OPENSSH_9_2) as (keyof KexInit)[];
    const kexInit = Object.fromEntries(keys.map((key, index) => [key, lists[index]!]));
    assert.deepEqual(parseKexInit(kexInitPayload(kexInit as unknown as KexInit)), kexInit);
  }));
});

Deno.test("names() splits a name-list, and finds none in an empty one", () => {
  assert.deepEqual(names("a,b@x"), ["a", "b@x"]);
  assert.deepEqual(names("none"), ["none"]);
  assert.deepEqual(names(",a,"), ["", "a", ""]);
  assert.deepEqual(names(""), []);
});

Deno.test("parseKexInit() gives the same object for the same bytes, whatever the cookie is", () => {
  const payload = kexInitPayload(OPENSSH_9_2);
  const lists = parseKexInit(payload);
  const other = payload.slice();
  other.fill(7, 1, 17);
  assert.equal(parseKexInit(other), lists);
  const long = { ...OPENSSH_9_2, kexAlgorithms: "a,".repeat(2000) };
  assert.deepEqual(parseKexInit(kexInitPayload(long)), long);
});
