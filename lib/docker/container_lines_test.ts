import assert from "node:assert/strict";
import fc from "fast-check";
import { ContainerLines, LINE_FLAG } from "./container_lines.ts";

function add(lines: ContainerLines, text: string, flags = 0, nanos = 0): void {
  const bytes = new TextEncoder().encode(`<${text}>`);
  const view = new DataView(bytes.buffer);
  lines.add({ seconds: 7, nanos }, flags, view, 1, bytes.length - 1);
}

function textsOf(lines: ContainerLines): string[] {
  return Array.from({ length: lines.count }, (_, index) => lines.text(index));
}

Deno.test("ContainerLines keeps lines as they are, one behind the other", () => {
  const text = fc.oneof(
    fc.string({ maxLength: 40 }),
    fc.constantFrom("\ufeffa", "h\u00e9llo \u2603", "\u{1f41f}", "a\nb", "a\r", "\0"),
  );
  fc.assert(fc.property(fc.array(text), (texts) => {
    const lines = new ContainerLines();
    for (const text of texts) add(lines, text);
    assert.deepEqual(textsOf(lines), texts);
    const all = new TextDecoder("utf-8", { ignoreBOM: true }).decode(
      lines.bytes.subarray(0, lines.length),
    );
    assert.equal(all, texts.map((text) => `${text}\n`).join(""));
  }));
});

Deno.test("ContainerLines drops the lines without a number, with all that is known of them", () => {
  const line = fc.record({
    text: fc.string({ maxLength: 8 }),
    number: fc.nat(2),
    stderr: fc.boolean(),
  });
  fc.assert(fc.property(fc.array(line), fc.boolean(), (all, ignores) => {
    const lines = new ContainerLines();
    for (const [index, { text, number, stderr }] of all.entries()) {
      add(lines, text, stderr ? LINE_FLAG.stderr : 0, index);
      lines.numbers[index] = number;
    }
    if (ignores) lines.ignoreStderr();
    lines.dropUnnumbered();
    const kept = [...all.entries()]
      .filter(([, { number, stderr }]) => number > 0 && !(ignores && stderr));
    assert.deepEqual(
      textsOf(lines).map((text, index) => [text, lines.numbers[index], lines.nanos[index]]),
      kept.map(([index, { text, number }]) => [text, number, index]),
    );
  }));
});

Deno.test("ContainerLines gives memory back that a long line has taken", () => {
  const lines = new ContainerLines();
  add(lines, "x".repeat(100_000));
  for (let count = 0; count < 1000; count++) add(lines, "");
  lines.clear(Infinity);
  assert.ok(lines.bytes.length >= 100_000 && lines.stops.length >= 1000);
  lines.clear(10_000);
  assert.deepEqual([lines.bytes.length, lines.stops.length, lines.count], [0, 0, 0]);
  add(lines, "again");
  assert.deepEqual(textsOf(lines), ["again"]);
});
