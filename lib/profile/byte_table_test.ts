import assert from "node:assert/strict";
import fc from "fast-check";
import { ByteTable } from "./byte_table.ts";

Deno.test("ByteTable numbers byte strings in order of their first sight", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 4 }), { maxLength: 5000 }), (strings) => {
      const table = new ByteTable();
      const expected = new Map<string, number>();
      for (const bytes of strings) {
        const key = bytes.join();
        const padded = Uint8Array.from([7, ...bytes, 7]);
        assert.equal(table.find(padded, 1, padded.length - 1), expected.get(key) ?? -1);
        if (!expected.has(key)) expected.set(key, expected.size);
        const number = table.intern(padded, 1, padded.length - 1);
        assert.equal(number, expected.get(key));
        assert.deepEqual(table.at(number), bytes);
      }
      assert.equal(table.size, expected.size);
    }),
    { numRuns: 50 },
  );
});

Deno.test("ByteTable keeps thousands of strings apart, and none after clear()", () => {
  const table = new ByteTable();
  const encoder = new TextEncoder();
  const strings = Array.from({ length: 5000 }, (_, index) => encoder.encode(`name ${index}`));
  for (const bytes of strings) table.intern(bytes, 0, bytes.length);
  strings.forEach((bytes, index) => assert.equal(table.find(bytes, 0, bytes.length), index));
  table.clear();
  assert.equal(table.find(strings[3]!, 0, strings[3]!.length), -1);
  assert.equal(table.intern(strings[3]!, 0, strings[3]!.length), 0);
});
