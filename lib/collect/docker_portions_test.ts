import assert from "node:assert/strict";
import fc from "fast-check";
import { portions } from "./docker_portions.ts";

Deno.test("portions() gives all chunks in their order, in groups of so many bytes", () => {
  const lengths = fc.array(fc.nat(9), { maxLength: 20 });
  fc.assert(fc.property(lengths, fc.integer({ min: 1, max: 20 }), (all, portion) => {
    const chunks = all.map((length) => new Uint8Array(length));
    const groups = [...portions(chunks, portion)];
    assert.deepEqual(groups.flat(), chunks);
    const sizes = groups.map((group) => group.reduce((sum, { length }) => sum + length, 0));
    assert.ok(sizes.slice(0, -1).every((size) => size >= portion && size < portion + 9));
  }));
});
