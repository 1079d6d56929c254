import assert from "node:assert/strict";
import { connectFailure, isExhausted, streamFailure } from "./connect_error.ts";
import { systemError } from "../../tests/support/fake_stream.ts";

Deno.test("connectFailure() tells refusal, silence, no route and our own trouble apart", () => {
  const cases = [
    ["ECONNREFUSED", "refused"],
    ["ECONNRESET", "closed"],
    ["ETIMEDOUT", "timeout"],
    ["ENETUNREACH", "unreachable"],
    ["EHOSTUNREACH", "unreachable"],
    ["EACCES", "local_error"],
    ["EADDRNOTAVAIL", "local_error"],
    ["EMFILE", "local_error"],
  ];
  for (const [code, outcome] of cases) {
    const failure = connectFailure(systemError(code!));
    assert.equal(failure.outcome, outcome, code);
    assert.match(failure.detail, new RegExp(code!));
  }
});

Deno.test("connectFailure() and streamFailure() take anything that is thrown", () => {
  for (const thrown of [undefined, null, "text", 7, {}, new Error("plain")]) {
    assert.equal(connectFailure(thrown).outcome, "local_error");
    assert.equal(streamFailure(thrown).outcome, "closed");
    assert.equal(isExhausted(thrown), false);
  }
});

Deno.test("isExhausted() is true for what another moment may cure", () => {
  for (const code of ["EMFILE", "ENFILE", "ENOBUFS", "ENOMEM", "EADDRINUSE", "EAGAIN"]) {
    assert.equal(isExhausted(systemError(code)), true, code);
  }
  for (const code of ["ECONNREFUSED", "EADDRNOTAVAIL", "ETIMEDOUT"]) {
    assert.equal(isExhausted(systemError(code)), false, code);
  }
});

Deno.test("connectFailure() knows the error of a real refusal", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const error = await Deno.connect({ hostname: "127.0.0.1", port }).catch((reason) => reason);
  assert.equal(connectFailure(error).outcome, "refused");
});
