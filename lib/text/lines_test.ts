import assert from "node:assert/strict";
import { readLines } from "./lines.ts";

const encoder = new TextEncoder();

/** The lines of a stream that brings `pieces`. */
function linesOf(pieces: readonly (string | Uint8Array)[]): Promise<string[]> {
  const bytes = pieces.map((piece) => typeof piece === "string" ? encoder.encode(piece) : piece);
  return Array.fromAsync(readLines(ReadableStream.from(bytes)));
}

Deno.test("readLines() gives lines without their ends, also a last one that has none", async () => {
  assert.deepEqual(await linesOf(["a\r\nb\n\nc"]), ["a", "b", "", "c"]);
  assert.deepEqual(await linesOf(["a\n"]), ["a"]);
  assert.deepEqual(await linesOf([]), []);
});

Deno.test("readLines() puts lines and characters together that lie in several pieces", async () => {
  const [first, second] = [
    encoder.encode("x\u20ac").slice(0, 2),
    encoder.encode("\u20ac").slice(1),
  ];
  assert.deepEqual(await linesOf(["a", "b\nc", first, second, "\r", "\nd"]), [
    "ab",
    "cx\u20ac",
    "d",
  ]);
});

Deno.test("readLines() drops a byte order mark before a line, and none within one", async () => {
  const lines = ["a", "b\ufeffc"];
  assert.deepEqual(await linesOf(["\ufeffa\n\ufeffb\ufeffc"]), lines);
  assert.deepEqual(await linesOf(["\ufeffa\n\ufeffb", "\ufeffc"]), lines);
});

Deno.test("readLines() gives only the start of a line over 256 KiB, in however many pieces it comes", async () => {
  const long = new Uint8Array(300 * 1024).fill(0x61);
  const bytewise = Array.from({ length: 200 * 1024 }, () => "a");
  const [first, ...others] = await linesOf([...bytewise, long, "\nb"]);
  assert.equal(first, "a".repeat(256 * 1024));
  assert.deepEqual(others, ["b"]);
});
