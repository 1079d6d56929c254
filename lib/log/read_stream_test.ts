import assert from "node:assert/strict";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { shortenAll } from "../../tests/support/log_follower.ts";
import { tempFolder } from "../../tests/support/temp_folder.ts";
import { openCapture } from "../net/capture_source.ts";
import { readLogStream } from "./read_stream.ts";

async function* chunksOf(...parts: readonly string[]): AsyncGenerator<Uint8Array, void> {
  for (const part of parts) yield await Promise.resolve(new TextEncoder().encode(part));
}

Deno.test("readLogStream() gives all lines, the last one also without its newline", async () => {
  assert.deepEqual(await shortenAll(readLogStream(chunksOf("1\n2", "\n3"))), ["1", "2", "3~"]);
  assert.deepEqual(await shortenAll(readLogStream(chunksOf("1\n"))), ["1"]);
  assert.deepEqual(await shortenAll(readLogStream(chunksOf())), []);
});

Deno.test("readLogStream() counts what is too long, also at the end", async () => {
  const chunks = chunksOf(`1\n${"x".repeat(50)}\n2\n${"y".repeat(50)}`);
  const items = await Array.fromAsync(readLogStream(chunks, { maxLine: 10, path: "pipe" }));
  const skipped = items.flatMap((item) => item.kind === "skipped" ? [item] : []);
  assert.deepEqual(skipped, [
    { kind: "skipped", path: "pipe", offset: 2, bytes: 51 },
    { kind: "skipped", path: "pipe", offset: 55, bytes: 50 },
  ]);
});

Deno.test("readLogStream() reads what a compressed file unpacks to, as far as it is sound", async () => {
  await using folder = await tempFolder();
  const path = join(folder.path, "a.gz");
  await Deno.writeFile(path, gzipSync("1\n2"));
  assert.deepEqual(await shortenAll(readLogStream(openCapture(path))), ["1", "2~"]);
  const packed = gzipSync(Array.from({ length: 50_000 }, (_, index) => `${index}\n`).join(""));
  await Deno.writeFile(path, packed.subarray(0, packed.length / 2));
  const items = await shortenAll(readLogStream(openCapture(path)));
  assert.deepEqual(items.slice(0, 2), ["0", "1"]);
  assert.equal(items.at(-1), "[gap]");
});

Deno.test("readLogStream() ends with the error of its input", async () => {
  const items = await Array.fromAsync(readLogStream(openCapture("/nowhere/at/all"), { path: "x" }));
  assert.equal(items.length, 1);
  assert.ok(items[0]?.kind === "error");
  assert.deepEqual([items[0].path, items[0].code, items[0].isFinal], ["x", "ENOENT", true]);
});

Deno.test("readLogStream() leaves its input when nobody wants more", async () => {
  const closed = Promise.withResolvers<void>();
  async function* endless(): AsyncGenerator<Uint8Array, void> {
    try {
      while (true) yield* chunksOf("1\n");
    } finally {
      closed.resolve();
    }
  }
  for await (const _ of readLogStream(endless())) break;
  await closed.promise;
});
