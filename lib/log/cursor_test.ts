import assert from "node:assert/strict";
import fc from "fast-check";
import { BEGINNING, type LogCursor, parseLogCursor, startCursor } from "./cursor.ts";

const HASH = "ba7816bf8f01cfea414140de5dae2223";

const CURSOR: LogCursor = {
  v: 1,
  offset: 200_000,
  head: HASH,
  tail: HASH,
  before: [{ size: 1024, hash: HASH }, { size: 3, hash: HASH }],
  anchors: [{ offset: 150_000, tail: HASH }, { offset: 70_000, tail: HASH }],
  dev: 65024,
  ino: 2196730,
};

Deno.test("parseLogCursor() gives back what was stored as JSON", () => {
  const blank = { ...CURSOR, head: "", anchors: [] };
  const unknown = startCursor({ dev: 1, ino: 2 });
  for (const cursor of [CURSOR, BEGINNING, blank, unknown]) {
    assert.deepEqual(parseLogCursor(JSON.parse(JSON.stringify(cursor))), cursor);
  }
});

Deno.test("parseLogCursor() returns undefined for what makes no sense", () => {
  const wrong: readonly Record<string, unknown>[] = [
    { v: 2 },
    { offset: -1 },
    { offset: 1.5 },
    { offset: 2 ** 53 },
    { offset: "200000" },
    { offset: 0 },
    { head: "abc" },
    { head: undefined },
    { tail: "" },
    { tail: 5 },
    { dev: null },
    { ino: NaN },
    { before: null },
    { before: [{ size: 0, hash: HASH }] },
    { before: [{ size: 1025, hash: HASH }] },
    { before: [{ size: 3, hash: "" }] },
    { before: Array(4).fill({ size: 3, hash: HASH }) },
    { anchors: {} },
    { anchors: [{ offset: 200_001, tail: HASH }] },
    { anchors: [{ offset: 100, tail: HASH }] },
    { anchors: [{ offset: 150_000, tail: "" }] },
    { anchors: [null] },
    { anchors: Array(9).fill({ offset: 150_000, tail: HASH }) },
  ];
  for (const change of wrong) {
    assert.equal(parseLogCursor({ ...CURSOR, ...change }), undefined, JSON.stringify(change));
  }
});

Deno.test("parseLogCursor() never throws", () => {
  fc.assert(fc.property(fc.anything(), (value) => {
    assert.equal(parseLogCursor(value), undefined);
  }));
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...Object.keys(CURSOR)), fc.anything()), (d) => {
      parseLogCursor({ ...CURSOR, ...d });
    }),
  );
});

Deno.test("parseLogCursor() drops what it does not know", () => {
  assert.deepEqual(parseLogCursor({ ...CURSOR, more: 1 }), CURSOR);
});
