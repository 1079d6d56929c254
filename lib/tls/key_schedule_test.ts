import assert from "node:assert/strict";
import { fromHex, toHex } from "../bytes.ts";
import {
  expandLabel,
  hkdfExtract,
  messageHash,
  serverHandshakeSecret,
  trafficKeys,
  transcriptHash,
} from "./key_schedule.ts";
import {
  CLIENT_HELLO,
  HELLO_HASH,
  SERVER_HELLO,
  SERVER_IV,
  SERVER_KEY,
  SERVER_SECRET,
  SHARED_SECRET,
} from "../../tests/support/rfc8448_trace.ts";

Deno.test("transcriptHash() hashes the hellos of RFC 8448 to its value", () => {
  assert.equal(toHex(transcriptHash("sha256", [CLIENT_HELLO, SERVER_HELLO])), HELLO_HASH);
});

Deno.test("hkdfExtract() and expandLabel() give the early secret of RFC 8448 and what follows", () => {
  const zeros = new Uint8Array(32);
  const early = hkdfExtract("sha256", zeros, zeros);
  assert.equal(toHex(early), "33ad0a1c607ec03b09e6cd9893680ce210adf300aa1f2660e1b22e10f170f92a");
  const derived = expandLabel("sha256", early, "derived", transcriptHash("sha256", []), 32);
  assert.equal(toHex(derived), "6f2615a108c702c5678f54fc9dbab69716c076189c48250cebeac3576c3611ba");
});

Deno.test("expandLabel() gives more than one block of the hash", () => {
  const secret = new Uint8Array(32).fill(1);
  const long = expandLabel("sha256", secret, "key", new Uint8Array(0), 80);
  assert.equal(long.length, 80);
  assert.notEqual(toHex(long.subarray(0, 32)), toHex(long.subarray(32, 64)));
});

Deno.test("serverHandshakeSecret() and trafficKeys() give the keys of RFC 8448", () => {
  const secret = serverHandshakeSecret("sha256", SHARED_SECRET, fromHex(HELLO_HASH));
  assert.equal(toHex(secret), SERVER_SECRET);
  const { key, iv } = trafficKeys("sha256", secret, 16);
  assert.equal(toHex(key), SERVER_KEY);
  assert.equal(toHex(iv), SERVER_IV);
});

Deno.test("messageHash() stands for the first hello in a message of type 254", () => {
  const message = messageHash("sha256", CLIENT_HELLO);
  const hash = transcriptHash("sha256", [CLIENT_HELLO]);
  assert.equal(toHex(message), `fe000020${toHex(hash)}`);
  assert.equal(messageHash("sha384", CLIENT_HELLO).length, 4 + 48);
});
