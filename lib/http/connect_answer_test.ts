import assert from "node:assert/strict";
import { byteByByte } from "../../tests/support/pieces_arbitrary.ts";
import { latin1, latin1Bytes } from "../text/latin1.ts";
import { ConnectAnswer, isResponse } from "./connect_answer.ts";

/** Outcome and what came behind it, of an answer in pieces. */
function outcome(...pieces: (string | Uint8Array)[]): string | undefined {
  const answer = new ConnectAnswer();
  for (const piece of pieces) {
    const bytes = typeof piece === "string" ? latin1Bytes(piece) : piece.slice();
    const found = answer.push(bytes);
    if (found !== undefined) {
      assert.equal(answer.held, 0);
      return `${found.outcome} ${latin1(found.rest)}`;
    }
    // The caller's buffer is used again.
    bytes.fill(0xee);
  }
  return undefined;
}

Deno.test("ConnectAnswer finds out whether a proxy did as it was asked, and what comes behind", () => {
  assert.equal(
    outcome("HTTP/1.1 200 Connection established\r\n\r\nSSH-2.0-x"),
    "connected SSH-2.0-x",
  );
  assert.equal(outcome("HTTP/1.0 299\nVia: x\n\n"), "connected ");
  assert.equal(outcome("HTTP/1.1 407 No\r\nContent-Length: 1\r\n\r\nx"), "refused x");
  assert.equal(outcome("HTTP/1.1 103 Early\r\n\r\nHTTP/1.1 200 OK\r\n\r\nx"), "connected x");
  assert.equal(outcome("HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 500 No\r\n\r\n"), "refused ");
});

Deno.test("ConnectAnswer puts a head together from pieces of any size", () => {
  const bytes = latin1Bytes("HTTP/1.1 200 OK\r\nA: b\r\n\r\n");
  assert.equal(outcome(...byteByByte(bytes)), "connected ");
  assert.equal(outcome("HTT", "P/1.1 20", "0 OK\r\n\r", "\nrest"), "connected rest");
  const answer = new ConnectAnswer();
  assert.equal(answer.push(bytes.subarray(0, 20)), undefined);
  assert.ok(answer.held >= 20);
});

Deno.test("ConnectAnswer hands on all of what is no response", () => {
  for (const text of ["SSH-2.0-x\r\n", "HTTX", "HTTP/1.1 no\r\n\r\n", "\x16\x03\x03", "\r\n\r\n"]) {
    assert.equal(outcome(text), `unknown ${text}`, text);
  }
  assert.equal(outcome("HT", "ML"), "unknown HTML");
});

Deno.test("ConnectAnswer waits for no head of more than 16 KiB", () => {
  const line = "A: b\r\n".repeat(100);
  const pieces = ["HTTP/1.1 200 OK\r\n", ...Array.from({ length: 30 }, () => line)];
  assert.match(outcome(...pieces)!, /^unknown HTTP/);
});

Deno.test("isResponse() needs the whole of what a response begins with", () => {
  assert.equal(isResponse(latin1Bytes("HTTP/1.1 200 OK")), true);
  for (const text of ["", "HTTP", "HTTQ/", "http/1.1 200"]) {
    assert.equal(isResponse(latin1Bytes(text)), false, text);
  }
});
