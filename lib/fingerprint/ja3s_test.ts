import assert from "node:assert/strict";
import { ja3s } from "./ja3s.ts";
import { helloOf, SERVER_HELLO_VECTORS } from "../../tests/support/server_hello_vectors.ts";

Deno.test("ja3s() gives the values of other tools", () => {
  for (const vector of SERVER_HELLO_VECTORS) {
    assert.deepEqual(ja3s(vector.hello), { ja3s: vector.ja3s, ja3sRaw: vector.ja3sRaw });
  }
});

Deno.test("ja3s() keeps the comma before extensions that are not there", () => {
  // MD5 of "769,47," by md5sum.
  assert.deepEqual(ja3s(helloOf("769,47,")), {
    ja3s: "18e962e106761869a61045bed0e81c2c",
    ja3sRaw: "769,47,",
  });
});
