import assert from "node:assert/strict";
import { isEventId, ulidTime } from "../event/ulid.ts";
import { idTail, lineId } from "./line_id.ts";

Deno.test("lineId() is the id of one line at one place, in any run", () => {
  const id = lineId(1_777_785_171_123_456, "file/x", "1:2:300", "text");
  assert.ok(isEventId(id), id);
  assert.ok(id.startsWith(ulidTime(1_777_785_171_123_456)));
  // It stands in files that other runs have written.
  assert.equal(id, "01KQP41V5KBCFCZJAVJQH5RV76");
});

Deno.test("idTail() is the same at any time, and another for another line", () => {
  const tail = idTail(lineId(1e15, "k", "1", "a"));
  assert.equal(idTail(lineId(2e15, "k", "1", "a")), tail);
  const others: [string, string, string][] = [["l", "1", "a"], ["k", "2", "a"], ["k", "1", "b"]];
  for (const other of others) assert.notEqual(idTail(lineId(1e15, ...other)), tail);
});

Deno.test("lineId() gives a hundred thousand lines as many ids, each bit of them used", () => {
  const ids = new Set<string>();
  const characters = Array.from({ length: 16 }, () => new Set<string>());
  for (let index = 0; index < 100_000; index++) {
    // Equal text at different places, and different text.
    const tail = idTail(lineId(1e15, "k", String(index >> 1), `line ${index & 1}`));
    ids.add(tail);
    for (const [place, set] of characters.entries()) set.add(tail[place]!);
  }
  assert.equal(ids.size, 100_000);
  assert.deepEqual(characters.map(({ size }) => size), new Array(16).fill(32));
});
