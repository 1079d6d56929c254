import assert from "node:assert/strict";
import { DropWatch } from "./drop_watch.ts";

Deno.test("DropWatch tells of drops at once, and then no more than once in ten seconds", () => {
  const watch = new DropWatch();
  const told: [second: number, dropped: number][] = [];
  const dropped = [0, 0, 3, 5, 5, 9, ...Array<number>(6).fill(9), 10, 10];
  for (const [second, count] of dropped.entries()) {
    const fresh = watch.check(count, second * 1000);
    if (fresh !== undefined) told.push([second, fresh]);
  }
  assert.deepEqual(told, [[2, 3], [12, 7]]);
});

Deno.test("DropWatch says nothing of a counter that stands still", () => {
  const watch = new DropWatch();
  assert.equal(watch.check(4, 0), 4);
  for (let second = 1; second < 60; second++) {
    assert.equal(watch.check(4, second * 1000), undefined);
  }
});
