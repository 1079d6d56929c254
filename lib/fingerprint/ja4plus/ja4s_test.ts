import assert from "node:assert/strict";
import { helloOf, SERVER_HELLO_VECTORS } from "../../../tests/support/server_hello_vectors.ts";
import { ja4s } from "./ja4s.ts";

Deno.test("ja4s() gives the values of FoxIO's tools", () => {
  for (const vector of SERVER_HELLO_VECTORS) {
    assert.equal(ja4s(vector.hello).ja4s, vector.ja4s);
  }
});

Deno.test("ja4s() writes the transport in front", () => {
  const hello = helloOf("771,4865,51-43");
  assert.equal(ja4s(hello, "q").ja4s, "q130200_1301_234ea6891581");
  assert.match(ja4s(hello, "d").ja4s, /^d130200_/);
});

Deno.test("ja4s() has a raw form with the extensions in wire order", () => {
  const { ja4sRaw } = ja4s(helloOf("771,52393,0-65281-11-16", "h2"));
  assert.equal(ja4sRaw, "t1204h2_cca9_0000,ff01,000b,0010");
});

Deno.test("ja4s() of a hello without extensions ends in zeros", () => {
  assert.deepEqual(ja4s(helloOf("769,47,")), {
    ja4s: "t100000_002f_000000000000",
    ja4sRaw: "t100000_002f_",
  });
});

Deno.test("ja4s() leaves GREASE out", () => {
  const { ja4sRaw } = ja4s(helloOf("771,4865,2570-51-64250-43"));
  assert.match(ja4sRaw, /^t..0200_1301_0033,002b$/);
});
