import assert from "node:assert/strict";
import fc from "fast-check";
import { concatBytes } from "../bytes.ts";
import { portions } from "./docker_portions.ts";

Deno.test("portions() gives all bytes in their order, in groups of so many", () => {
  const lengths = fc.array(fc.nat(9), { maxLength: 20 });
  fc.assert(fc.property(lengths, fc.integer({ min: 1, max: 20 }), (all, portion) => {
    let next = 0;
    const chunks = all.map((length) => Uint8Array.from({ length }, () => next++));
    const groups = [...portions(chunks, portion)];
    assert.deepEqual(concatBytes(...groups.flat()), concatBytes(...chunks));
    const sizes = groups.map((group) => concatBytes(...group).length);
    assert.ok(sizes.slice(0, -1).every((size) => size === portion));
    assert.ok(sizes.every((size) => size > 0 && size <= portion));
  }));
});
