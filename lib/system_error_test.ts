import assert from "node:assert/strict";
import { errorCode, systemReason } from "./system_error.ts";

/** What the system says about `action`. */
function refusal(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return assert.fail("the system did not refuse");
}

Deno.test("systemReason() is what the system says, without number, call and path", () => {
  const error = refusal(() => Deno.openSync("/nonexistent/file"));
  assert.equal(systemReason(error), "No such file or directory");
  assert.equal(systemReason(new Error("File too large (os error 27)")), "File too large");
});

Deno.test("systemReason() leaves other messages as they are", () => {
  assert.equal(systemReason(new Error("not a regular file")), "not a regular file");
  assert.equal(systemReason("gone"), "gone");
});

Deno.test("errorCode() names what the system refused, also a file at its greatest size", () => {
  assert.equal(errorCode(refusal(() => Deno.readDirSync("/nonexistent"))), "ENOENT");
  assert.equal(errorCode(new Error("File too large (os error 27)")), "EFBIG");
});

Deno.test("errorCode() is the name of an error without a code", () => {
  assert.equal(errorCode(new TypeError("x")), "TypeError");
  assert.equal(errorCode(undefined), "unknown");
});
