import assert from "node:assert/strict";
import { HashMemo } from "./hash_memo.ts";

function countingMemo() {
  const asked: string[] = [];
  const memo = new HashMemo((text) => {
    asked.push(text);
    return `<${text.slice(0, 8)}>`;
  });
  return { memo, asked };
}

Deno.test("HashMemo.hash() computes a hash once", () => {
  const { memo, asked } = countingMemo();
  assert.deepEqual([memo.hash("a"), memo.hash("b"), memo.hash("a")], ["<a>", "<b>", "<a>"]);
  assert.deepEqual(asked, ["a", "b"]);
});

Deno.test("HashMemo does not remember long texts", () => {
  const { memo, asked } = countingMemo();
  const long = "x".repeat(2049);
  assert.equal(memo.hash(long), memo.hash(long));
  assert.equal(asked.length, 2);
  assert.equal(memo.size, 0);
});

Deno.test("HashMemo begins anew when it is full, and stays right", () => {
  const { memo } = countingMemo();
  let most = 0;
  for (let number = 0; number < 10_000; number++) {
    assert.equal(memo.hash(String(number)), `<${number}>`);
    most = Math.max(most, memo.size);
  }
  assert.equal(most, 2048);
  assert.equal(memo.hash("0"), "<0>");
});
