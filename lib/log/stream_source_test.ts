import assert from "node:assert/strict";
import fc from "fast-check";
import type { LogSource } from "./source.ts";
import { StreamSource } from "./stream_source.ts";

const ORIGIN = { dev: 0, ino: 0, before: [] };

async function* chunksOf(parts: readonly string[]): AsyncGenerator<Uint8Array, void> {
  // The buffer is used again, as readers of files do.
  const buffer = new Uint8Array(10_000);
  for (const part of parts) {
    await Promise.resolve();
    yield buffer.subarray(0, new TextEncoder().encodeInto(part, buffer).written);
  }
}

function open(parts: readonly string[], maxLine = 100): StreamSource {
  const input = { path: "-", chunks: chunksOf(parts), close: () => {} };
  return new StreamSource(input, ORIGIN, maxLine);
}

/** All of it in short: lines, `[offset+bytes]` for what was left out, a last line with `~`. */
async function readAll(source: LogSource): Promise<string> {
  let text = "";
  const take = (reading: Awaited<ReturnType<LogSource["read"]>>, mark = "") => {
    if (reading.kind === "skipped") text += `[${reading.offset}+${reading.bytes}]`;
    if (reading.kind !== "lines") return;
    assert.equal(reading.bytes.length, reading.end);
    text += new TextDecoder().decode(reading.bytes) + mark;
    source.place.advance(reading.bytes, mark === "" ? reading.end : reading.end - 1);
  };
  while (true) {
    const reading = await source.read();
    if (reading.kind === "end") break;
    take(reading);
  }
  take(source.rest(), "~");
  return text;
}

function cut(text: string, cuts: readonly number[]): string[] {
  const stops = [0, ...cuts.filter((at) => at <= text.length).sort((a, b) => a - b), text.length];
  return stops.slice(1).map((stop, index) => text.slice(stops[index], stop));
}

Deno.test("StreamSource gives the same in whatever pieces the bytes come", async () => {
  const part = fc.constantFrom(
    "a\n",
    "\n",
    "bc\n",
    "d",
    "x".repeat(99),
    "y".repeat(300),
    "\0",
    "\0".repeat(150),
  );
  const text = fc.array(part).map((parts) => parts.join(""));
  await fc.assert(
    fc.asyncProperty(text, fc.array(fc.nat(2000)), async (whole, cuts) => {
      const expected = open([whole]);
      const text = await readAll(expected);
      const source = open(cut(whole, cuts));
      assert.equal(await readAll(source), text);
      assert.deepEqual(source.place.cursor(), expected.place.cursor());
      assert.equal(source.place.offset, whole.length);
    }),
    { numRuns: 300 },
  );
});

Deno.test("StreamSource gives lines, a torn one at the end, and counts what is too long", async () => {
  assert.equal(await readAll(open(["a\nb\n", "c\nd"])), "a\nb\nc\nd\n~");
  assert.equal(await readAll(open([])), "");
  assert.equal(
    await readAll(open(["x".repeat(100) + "\n" + "y".repeat(101) + "\nb\n"])),
    "x".repeat(100) + "\n[101+102]b\n",
  );
  assert.equal(await readAll(open(["a\n" + "y".repeat(300)])), "a\n[2+300]");
  assert.equal(await readAll(open(["\0".repeat(300), "a\n"])), "[0+300]a\n");
});

Deno.test("StreamSource.skip() moves on without lines", async () => {
  const source = open(["a\nb", "\nc\nd\n"]);
  assert.equal(await source.skip(4), true);
  assert.equal(source.place.offset, 4);
  assert.equal(await readAll(source), "c\nd\n");
  const short = open(["abc"]);
  assert.equal(await short.skip(4), false);
  assert.equal(short.place.offset, 3);
});

Deno.test("StreamSource passes on why its input fails", async () => {
  async function* failing(): AsyncGenerator<Uint8Array, void> {
    yield new TextEncoder().encode("a\nb");
    await Promise.reject(new RangeError("broken"));
  }
  const source = new StreamSource({ path: "-", chunks: failing(), close: () => {} }, ORIGIN, 100);
  assert.equal((await source.read()).kind, "lines");
  await assert.rejects(async () => {
    while (true) await source.read();
  }, RangeError);
});

Deno.test("StreamSource.close() ends its input", async () => {
  let closed = "";
  async function* endless(): AsyncGenerator<Uint8Array, void> {
    try {
      while (true) yield await Promise.resolve(new TextEncoder().encode("a\n"));
    } finally {
      closed += "chunks ";
    }
  }
  const input = { path: "-", chunks: endless(), close: () => closed += "file " };
  const source = new StreamSource(input, ORIGIN, 100);
  await source.read();
  source.close();
  await Promise.resolve();
  assert.equal(closed, "file chunks ");
});
