import assert from "node:assert/strict";
import { ja4l } from "./ja4l.ts";

Deno.test("ja4l() halves each side's round trip and adds its TTL", () => {
  const pace = {
    synMicros: 1_000_000,
    synAckMicros: 1_000_189,
    ackMicros: 1_030_500,
    openerTtl: 52,
    responderTtl: 64,
  };
  assert.deepEqual(ja4l(pace), { client: "15155_52", server: "94_64" });
});
