import assert from "node:assert/strict";
import { LineBuffer } from "./line_buffer.ts";

Deno.test("LineBuffer joins lines and pieces of lines", () => {
  const buffer = new LineBuffer();
  buffer.add("one");
  buffer.parts.push("t", "wo", "\n");
  buffer.count++;
  buffer.add("");
  assert.equal(buffer.text(), "one\ntwo\n\n");
  assert.equal(buffer.text(), "one\ntwo\n\n");
  assert.equal(buffer.count, 3);
});

Deno.test("LineBuffer drops the lines that were written", () => {
  const buffer = new LineBuffer();
  for (const line of ["one", "two", "three"]) buffer.add(line);
  buffer.drop(0);
  buffer.drop(2);
  buffer.add("four");
  assert.deepEqual([buffer.text(), buffer.count], ["three\nfour\n", 2]);
  buffer.drop(2);
  assert.deepEqual([buffer.text(), buffer.count], ["", 0]);
});
