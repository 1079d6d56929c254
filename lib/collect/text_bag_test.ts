import assert from "node:assert/strict";
import fc from "fast-check";
import { TextBag } from "./text_bag.ts";

const KEY = Int32Array.of(1, 2);

Deno.test("TextBag gives each text back as often as it was put in", () => {
  const text = fc.constantFrom("", "a", "b", "line 1", "line 2", "\u{1f600}");
  const steps = fc.array(fc.tuple(fc.boolean(), text), { maxLength: 60 });
  fc.assert(fc.property(steps, (all) => {
    const bag = new TextBag(KEY);
    const model = new Map<string, number>();
    for (const [isPut, word] of all) {
      const count = model.get(word) ?? 0;
      if (isPut) bag.add(word);
      else assert.equal(bag.take(word), count > 0);
      model.set(word, isPut ? count + 1 : Math.max(0, count - 1));
    }
    assert.equal(bag.size, [...model.values()].reduce((sum, count) => sum + count, 0));
  }));
});

Deno.test("TextBag holds a hundred thousand texts", () => {
  const bag = new TextBag(KEY);
  for (let index = 0; index < 100_000; index++) bag.add(`line ${index}`);
  assert.equal(bag.take("line 100000"), false);
  for (let index = 0; index < 100_000; index++) {
    assert.ok(bag.take(`line ${index}`));
    assert.ok(!bag.take(`line ${index}`));
  }
  assert.equal(bag.size, 0);
});

Deno.test("TextBag hands what it holds to another one with the same key", () => {
  const bag = new TextBag(KEY);
  for (const text of ["a", "b", "b", "c"]) bag.add(text);
  bag.take("c");
  const other = new TextBag(KEY);
  other.restore(JSON.parse(JSON.stringify(bag.entries())));
  assert.equal(other.size, 3);
  assert.deepEqual(["a", "a", "b", "b", "b", "c"].map((text) => other.take(text)), [
    ...[true, false, true, true, false, false],
  ]);
});
