import assert from "node:assert/strict";
import { uuid5 } from "./uuid.ts";

/** RFC 9562 appendix C.1: the namespace for domain names. */
const DNS = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";

Deno.test("uuid5() gives the test vector of RFC 9562 A.4", () => {
  assert.equal(uuid5(DNS, "www.example.com"), "2ed6657d-e927-568b-95e1-2665a8aea6a2");
});

Deno.test("uuid5() tells names and namespaces apart, and repeats itself", () => {
  const one = uuid5(DNS, "a");
  assert.equal(uuid5(DNS, "a"), one);
  assert.notEqual(uuid5(DNS, "b"), one);
  assert.notEqual(uuid5(one, "a"), one);
});

Deno.test("uuid5() refuses a namespace that is no UUID", () => {
  assert.throws(() => uuid5("decnet", "a"), RangeError);
});
