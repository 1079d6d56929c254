import assert from "node:assert/strict";
import { reasonOf, troubleOf } from "./postgres_error.ts";

function coded(code: string, message = "x"): Error {
  return Object.assign(new Error(message), { code });
}

Deno.test("troubleOf() tells what passes by itself from what does not", () => {
  const codes = {
    conflict: ["40001", "40P01"],
    lost: ["08006", "57P01", "57P02", "57P03", "53300", "25P03", "ECONNREFUSED", "EPIPE", "ENOENT"],
    refused: [
      "28P01",
      "42501",
      "42P01",
      "23505",
      "3D000",
      "22P05",
      "57014",
      "ERR_TLS_CERT_ALTNAME",
    ],
  } as const;
  for (const [trouble, list] of Object.entries(codes)) {
    for (const code of list) assert.equal(troubleOf(coded(code)), trouble, code);
  }
  assert.equal(troubleOf(new Error("Connection terminated unexpectedly")), "lost");
  assert.equal(troubleOf(new AggregateError([coded("ECONNREFUSED")], "")), "lost");
  for (const other of [new Error("odd"), undefined, "text", { code: 5 }]) {
    assert.equal(troubleOf(other), "refused");
  }
});

Deno.test("reasonOf() is one line in words", () => {
  assert.equal(reasonOf(coded("ECONNREFUSED", "connect ECONNREFUSED ::1:5")), "connection refused");
  assert.equal(reasonOf(new AggregateError([coded("ECONNRESET")], "")), "connection reset");
  assert.equal(reasonOf(coded("42501", "Permission denied\nmore")), "permission denied");
  assert.equal(reasonOf(undefined), "it failed");
});
