import assert from "node:assert/strict";
import fc from "fast-check";
import type { LogTime } from "../docker/log_time.ts";
import { SeenLines } from "./docker_seen_lines.ts";

/** Remembers texts. */
class SeenTexts {
  readonly #seen: SeenLines;

  constructor(capacity: number) {
    this.#seen = new SeenLines(capacity);
  }

  add(time: LogTime, text: string): void {
    const bytes = new TextEncoder().encode(`<${text}>`);
    this.#seen.add(time, bytes, 1, bytes.length - 1);
  }

  has(time: LogTime, text: string): boolean {
    const bytes = new TextEncoder().encode(`[${text}]`);
    return this.#seen.has(time, bytes, 1, bytes.length - 1);
  }

  clear(): void {
    this.#seen.clear();
  }
}

const at = (nanos: number, seconds = 1795226302) => ({ seconds, nanos });

Deno.test("SeenLines knows lines by time and text", () => {
  const seen = new SeenTexts(1000);
  seen.add(at(1), "one");
  seen.add(at(1), "other");
  seen.add(at(3), "one");
  assert.equal(seen.has(at(1), "one"), true);
  assert.equal(seen.has(at(1), "other"), true);
  assert.equal(seen.has(at(3), "other"), false);
  assert.equal(seen.has(at(2), "one"), false);
  assert.equal(seen.has(at(1, 1795226303), "one"), false);
});

Deno.test("SeenLines knows lines whose clock jumps about, or that stand out of order", () => {
  const time = fc.tuple(
    fc.integer({ min: 0, max: 20 }),
    fc.integer({ min: 1_600_000_000, max: 1_600_000_003 }),
  ).map(([nanos, seconds]) => at(nanos, seconds));
  const line = fc.tuple(time, fc.constantFrom("", "a", "b", "c".repeat(100)));
  fc.assert(
    fc.property(fc.array(line, { maxLength: 200 }), fc.array(line), (added, asked) => {
      const seen = new SeenTexts(1000);
      for (const [when, text] of added) seen.add(when, text);
      for (const [when, text] of [...added, ...asked]) {
        const expected = added.some(([{ seconds, nanos }, other]) =>
          seconds === when.seconds && nanos === when.nanos && other === text
        );
        assert.equal(seen.has(when, text), expected);
      }
    }),
  );
});

Deno.test("SeenLines remembers as many lines as it is told to, and not many more", () => {
  for (const capacity of [1, 100, 5000, 50_000]) {
    const seen = new SeenTexts(capacity);
    const total = capacity * 3 + 1000;
    for (let nanos = 0; nanos < total; nanos++) seen.add(at(nanos), "line");
    let remembered = 0;
    for (let nanos = 0; nanos < total; nanos++) remembered += Number(seen.has(at(nanos), "line"));
    assert.ok(remembered >= capacity && remembered <= capacity * 1.3 + 128, `${remembered}`);
    assert.equal(seen.has(at(total - capacity), "line"), true);
  }
});

Deno.test("SeenLines remembers nothing with a capacity of 0, or once it is cleared", () => {
  const none = new SeenTexts(0);
  none.add(at(1), "one");
  assert.equal(none.has(at(1), "one"), false);
  const cleared = new SeenTexts(10);
  cleared.add(at(1), "one");
  cleared.clear();
  assert.equal(cleared.has(at(1), "one"), false);
});

Deno.test("SeenLines stays small under a clock that only runs backwards", () => {
  const seen = new SeenTexts(2 ** 18);
  for (let seconds = 100_000; seconds > 0; seconds--) seen.add(at(0, seconds), "line");
  assert.equal(seen.has(at(0, 1), "line"), true);
  assert.equal(seen.has(at(0, 100_000), "line"), false);
});
