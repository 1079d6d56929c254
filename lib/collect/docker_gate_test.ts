import assert from "node:assert/strict";
import { Gate } from "./docker_gate.ts";

Deno.test("Gate lets in so many at a time, in their order", async () => {
  const gate = new Gate(2);
  let inside = 0;
  let most = 0;
  const order: number[] = [];
  await Promise.all(Array.from({ length: 10 }, async (_, index) => {
    const leave = await gate.enter();
    order.push(index);
    most = Math.max(most, ++inside);
    await Promise.resolve();
    inside--;
    leave();
  }));
  assert.equal(most, 2);
  assert.deepEqual(order, Array.from({ length: 10 }, (_, index) => index));
});
