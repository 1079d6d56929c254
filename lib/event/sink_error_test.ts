import assert from "node:assert/strict";
import { SinkError } from "./sink_error.ts";

Deno.test("SinkError names the system's error, also where the runtime gives it no code", () => {
  const code = (cause: unknown) => new SinkError("out.log", cause).code;
  assert.equal(code(Object.assign(new Error("no space"), { code: "ENOSPC" })), "ENOSPC");
  assert.equal(code(new Error("File too large (os error 27)")), "EFBIG");
  assert.equal(code(new TypeError("what")), "TypeError");
  assert.equal(code("what"), "unknown");
});
