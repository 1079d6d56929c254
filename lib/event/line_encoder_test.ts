import assert from "node:assert/strict";
import { LineEncoder } from "./line_encoder.ts";

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

Deno.test("LineEncoder ends each line with a newline, after the head", () => {
  const encoder = new LineEncoder();
  assert.equal(text(encoder.encode("", ["a", "b"])), "a\nb\n");
  assert.equal(text(encoder.encode("\n", ["c"])), "\nc\n");
});

Deno.test("LineEncoder writes what is no ASCII as UTF-8, and a lone surrogate as U+FFFD", () => {
  const encoder = new LineEncoder();
  assert.equal(
    text(encoder.encode("", ["\u00e4\u{1f600}", "\ud800"])),
    "\u00e4\u{1f600}\n\ufffd\n",
  );
});

Deno.test("LineEncoder encodes batches larger than its buffer, of any characters", () => {
  const encoder = new LineEncoder();
  for (const line of ["x".repeat(1_500_000), "\u20ac".repeat(600_000)]) {
    const bytes = encoder.encode("", [line, "end"]);
    assert.equal(text(bytes), `${line}\nend\n`);
  }
  assert.equal(text(encoder.encode("", ["small"])), "small\n");
});
