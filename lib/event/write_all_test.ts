import assert from "node:assert/strict";
import { countLines, writeAll } from "./write_all.ts";

const BYTES = new TextEncoder().encode("one\ntwo\n");

/** Takes the steps in turn: a count of bytes to take, or an error to throw. */
function writer(steps: (number | Error)[]) {
  const taken: number[] = [];
  const write = (bytes: Uint8Array) => {
    const step = steps.shift() ?? bytes.length;
    if (step instanceof Error) throw step;
    taken.push(...bytes.subarray(0, step));
    return Math.min(step, bytes.length);
  };
  return { write, text: () => new TextDecoder().decode(new Uint8Array(taken)) };
}

Deno.test("writeAll() goes on after short writes, signals and a full pipe", () => {
  const { write, text } = writer([
    1,
    new Deno.errors.Interrupted(),
    2,
    new Deno.errors.WouldBlock(),
    3,
  ]);
  assert.deepEqual(writeAll(write, BYTES), { written: 8 });
  assert.equal(text(), "one\ntwo\n");
});

Deno.test("writeAll() tells how far it came before an error", () => {
  const error = new Error("disk on fire");
  assert.deepEqual(writeAll(writer([5, error]).write, BYTES), { written: 5, error });
});

Deno.test("writeAll() does not wait for ever on a writer that takes nothing", () => {
  const { written, error } = writeAll(writer([2, 0]).write, BYTES);
  assert.equal(written, 2);
  assert.ok(error instanceof Error);
});

Deno.test("countLines() counts line ends", () => {
  assert.equal(countLines(BYTES), 2);
  assert.equal(countLines(BYTES.subarray(0, 7)), 1);
  assert.equal(countLines(new Uint8Array(0)), 0);
});
