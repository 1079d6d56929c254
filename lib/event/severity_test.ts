import assert from "node:assert/strict";
import { severity } from "./severity.ts";

Deno.test("severity() is a warning for the types of the table and informational for the rest", () => {
  assert.equal(severity("tls_session"), 4);
  assert.equal(severity("fingerprint_rotated"), 4);
  assert.equal(severity("tls_client_hello"), 6);
  assert.equal(severity("constructor"), 6);
});
