import assert from "node:assert/strict";
import { makeTogether } from "./make_together.ts";

/** Fails so often with `code`, and gives how often it was called. */
function failing(times: number, code: number) {
  let calls = 0;
  return () => {
    calls++;
    return calls <= times
      ? Promise.reject(Object.assign(new Error(), { code }))
      : Promise.resolve(calls);
  };
}

Deno.test("makeTogether() tries again while somebody else makes the same", async () => {
  assert.equal(await makeTogether(failing(2, 10065)), 3);
});

Deno.test("makeTogether() gives up what overlaps for good, and at once what is another error", async () => {
  await assert.rejects(makeTogether(failing(100, 10065)), { code: 10065 });
  const other = failing(1, 10059);
  await assert.rejects(makeTogether(other), { code: 10059 });
  assert.equal(await other(), 2);
});
