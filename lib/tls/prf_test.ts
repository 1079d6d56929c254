import assert from "node:assert/strict";
import { toHex } from "../bytes.ts";
import { prf } from "./prf.ts";

// Vectors that implementers of TLS 1.2 exchanged on the IETF's list in 2009.
Deno.test("prf() gives the known values with SHA-256", () => {
  const output = prf(
    "sha256",
    Uint8Array.fromHex("9bbe436ba940f017b17652849a71db35"),
    "test label",
    Uint8Array.fromHex("a0ba9f936cda311827a6f796ffd5198c"),
    100,
  );
  assert.equal(
    toHex(output),
    "e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a6b301791e90d35c9c9a46b4e14baf9a" +
      "f0fa022f7077def17abfd3797c0564bab4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff7" +
      "0187347b66",
  );
});

Deno.test("prf() gives the known values with SHA-384", () => {
  const output = prf(
    "sha384",
    Uint8Array.fromHex("b80b733d6ceefcdc71566ea48e5567df"),
    "test label",
    Uint8Array.fromHex("cd665cf6a8447dd6ff8b27555edb7465"),
    32,
  );
  assert.equal(toHex(output), "7b0c18e9ced410ed1804f2cfa34a336a1c14dffb4900bb5fd7942107e81c83cd");
});
