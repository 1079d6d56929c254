import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { ByteSearch } from "./byte_search.ts";

Deno.test("ByteSearch.find() finds what Buffer.indexOf() finds", () => {
  const bytes = (max: number) => fc.uint8Array({ minLength: 1, maxLength: max, max: 3 });
  fc.assert(
    fc.property(bytes(8), bytes(200), fc.nat(200), (needle, hay, from) => {
      const expected = Buffer.from(hay).indexOf(Buffer.from(needle), from);
      assert.equal(
        new ByteSearch(needle).find(hay, from, hay.length),
        from >= hay.length ? -1 : expected,
      );
    }),
    { numRuns: 2000 },
  );
});

Deno.test("ByteSearch.find() finds needles longer than a shift, and nothing past the end", () => {
  const needle = new Uint8Array(600).map((_, index) => (index * 7) % 251);
  const hay = new Uint8Array(5000);
  hay.set(needle, 3100);
  const search = new ByteSearch(needle);
  assert.equal(search.find(hay, 0, hay.length), 3100);
  assert.equal(search.find(hay, 0, 3699), -1);
  assert.equal(search.find(hay, 3101, hay.length), -1);
  assert.equal(new ByteSearch(new Uint8Array([9])).find(new Uint8Array([1, 9]), 0, 1), -1);
});
