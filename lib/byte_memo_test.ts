import fc from "fast-check";
import assert from "node:assert/strict";
import { ByteMemo } from "./byte_memo.ts";

function find(memo: ByteMemo<string>, key: Uint8Array): string | undefined {
  memo.key.set(key);
  return memo.find(key.length);
}

Deno.test("ByteMemo gives what was kept for a key, and nothing for any other", () => {
  fc.assert(fc.property(
    fc.array(fc.uint8Array({ maxLength: 12 }), { maxLength: 20 }),
    (keys) => {
      // With so few places all keys fall together.
      const memo = new ByteMemo<string>(12, 4);
      for (const key of keys) {
        const known = find(memo, key);
        assert.ok(known === undefined || known === key.toHex());
        if (known === undefined) assert.equal(memo.keep(key.toHex()), key.toHex());
        assert.equal(find(memo, key), key.toHex());
      }
    },
  ));
});

Deno.test("ByteMemo tells keys apart that differ by zeros at the end", () => {
  const memo = new ByteMemo<string>(8, 4);
  for (const key of [Uint8Array.of(1), Uint8Array.of(1, 0), Uint8Array.of(1, 0, 0, 0, 0)]) {
    assert.equal(find(memo, key), undefined);
    memo.keep(`${key.length}`);
  }
});

Deno.test("ByteMemo does not look behind its key, where a longer one was", () => {
  const memo = new ByteMemo<string>(8, 16);
  find(memo, Uint8Array.of(1, 2, 3));
  memo.keep("short");
  find(memo, new Uint8Array(8).fill(9));
  assert.equal(find(memo, Uint8Array.of(1, 2, 3)), "short");
});

Deno.test("ByteMemo keeps what it has room for, also of the longest keys", () => {
  const memo = new ByteMemo<string>(8, 256);
  for (let key = 0; key < 1000; key++) {
    find(memo, new Uint8Array(8).fill(key));
    memo.keep(`${key & 0xff}`);
  }
  let known = 0;
  for (let key = 0; key < 256; key++) {
    if (find(memo, new Uint8Array(8).fill(key)) !== undefined) known++;
  }
  assert.ok(known > 64, `${known}`);
});
