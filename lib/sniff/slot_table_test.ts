import assert from "node:assert/strict";
import fc from "fast-check";
import { SlotTable } from "./slot_table.ts";

function claim(table: SlotTable, ...words: number[]): number {
  table.key.set(words);
  return table.claim();
}

Deno.test("claim() gives the same key the same slot", () => {
  const table = new SlotTable(4, 2);
  const slot = claim(table, 1, 2);
  assert.equal(table.fresh, true);
  assert.notEqual(claim(table, 2, 1), slot);
  assert.equal(table.fresh, true);
  assert.equal(claim(table, 1, 2), slot);
  assert.equal(table.fresh, false);
  assert.equal(table.size, 2);
});

Deno.test("claim() takes words of either sign", () => {
  const table = new SlotTable(4, 1);
  const slot = claim(table, 0xffffffff);
  assert.equal(claim(table, -1), slot);
  assert.equal(table.word(slot, 0), -1);
});

Deno.test("claim() lets the key go that was claimed longest ago", () => {
  const table = new SlotTable(3, 1);
  const slots = [1, 2, 3].map((key) => claim(table, key));
  claim(table, 1);
  assert.equal(claim(table, 4), slots[1]);
  assert.equal(table.evictions, 1);
  assert.equal(table.size, 3);
  claim(table, 1);
  assert.equal(table.fresh, false);
  claim(table, 2);
  assert.equal(table.fresh, true);
  claim(table, 3);
  assert.equal(table.fresh, true);
});

Deno.test("a table of one slot holds the last key", () => {
  const table = new SlotTable(1, 1);
  for (const [key, fresh] of [[5, true], [5, false], [6, true], [5, true]] as const) {
    assert.equal(claim(table, key), 0);
    assert.equal(table.fresh, fresh);
  }
});

Deno.test("claim() does what a map in order of use does", () => {
  const keys = fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 200 });
  fc.assert(fc.property(keys, fc.integer({ min: 1, max: 8 }), (sequence, capacity) => {
    const table = new SlotTable(capacity, 2);
    const model = new Map<number, number>();
    let evictions = 0;
    for (const key of sequence) {
      const known = model.get(key);
      const oldest = model.entries().next().value;
      const slot = claim(table, key, key * 7);
      assert.equal(table.fresh, known === undefined);
      if (known !== undefined) assert.equal(slot, known);
      else if (model.size === capacity) {
        assert.equal(slot, oldest![1]);
        model.delete(oldest![0]);
        evictions++;
      }
      model.delete(key);
      model.set(key, slot);
      assert.equal(new Set(model.values()).size, model.size);
    }
    assert.equal(table.evictions, evictions);
    assert.equal(table.size, model.size);
  }));
});
