import assert from "node:assert/strict";
import { KeptContext } from "../../tests/support/source_context.ts";
import { StdinSource } from "./stdin_source.ts";

/** Gives `chunks`, then the end; without `ends` it waits for ever. */
function reader(chunks: readonly string[], ends = true) {
  const left = chunks.map((chunk) => new TextEncoder().encode(chunk));
  return {
    read(buffer: Uint8Array): Promise<number | null> {
      const chunk = left.shift();
      if (chunk === undefined) return ends ? Promise.resolve(null) : new Promise(() => {});
      buffer.set(chunk);
      return Promise.resolve(chunk.length);
    },
  };
}

Deno.test("StdinSource gives lines as they come, the last without its end too", async () => {
  const context = new KeptContext();
  await new StdinSource(1024, reader(["one\ntw", "o\nth", "ree"])).run(context);
  assert.deepEqual(
    context.batches.map(({ lines }) => lines.map(({ text, place }) => [text, place])),
    [
      [["one", "0"]],
      [["two", "4"]],
      [["three", "8"]],
    ],
  );
  assert.ok(
    context.batches.every(({ key, position }) => key === "stdin" && position === undefined),
  );
});

Deno.test("StdinSource ends at the signal, without the line that has not come whole", async () => {
  const context = new KeptContext();
  const run = new StdinSource(1024, reader(["one\ntw"], false)).run(context);
  await context.until(() => context.batches.length === 1);
  context.stop();
  await run;
  assert.deepEqual(context.texts, ["one"]);
});
