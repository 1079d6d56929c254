import fc from "fast-check";
import assert from "node:assert/strict";
import { concatBytes } from "./bytes.ts";
import { ByteQueue } from "./byte_queue.ts";

const step = fc.record({
  bytes: fc.uint8Array({ maxLength: 700 }),
  take: fc.nat(900),
});

Deno.test("ByteQueue gives the bytes in the order in which they came, and never changes a view", () => {
  fc.assert(fc.property(fc.array(step), (steps) => {
    const queue = new ByteQueue();
    const taken: Uint8Array[] = [];
    for (const { bytes, take } of steps) {
      const before = queue.length;
      queue.append(bytes);
      assert.equal(queue.length, before + bytes.length);
      taken.push(queue.take(take));
    }
    const all = concatBytes(...steps.map(({ bytes }) => bytes));
    assert.deepEqual(concatBytes(...taken, queue.peek()), all);
  }));
});

Deno.test("ByteQueue.append() copies, so that the caller may use its buffer again", () => {
  const queue = new ByteQueue();
  const buffer = Uint8Array.of(1, 2, 3);
  queue.append(buffer);
  buffer.fill(9);
  assert.deepEqual(queue.peek(), Uint8Array.of(1, 2, 3));
});

Deno.test("ByteQueue.clear() drops everything", () => {
  const queue = new ByteQueue();
  queue.append(Uint8Array.of(1, 2, 3));
  queue.clear();
  assert.equal(queue.length, 0);
  queue.append(Uint8Array.of(4));
  assert.deepEqual(queue.take(5), Uint8Array.of(4));
});

Deno.test("ByteQueue.lend() copies nothing until settle(), and then only what was not taken", () => {
  const queue = new ByteQueue();
  const buffer = Uint8Array.of(1, 2, 3, 4);
  queue.lend(buffer);
  assert.equal(queue.take(1).buffer, buffer.buffer);
  queue.settle();
  buffer.fill(9);
  assert.deepEqual(queue.peek(), Uint8Array.of(2, 3, 4));
  queue.lend(Uint8Array.of(5));
  assert.deepEqual(queue.take(9), Uint8Array.of(2, 3, 4, 5));
});

Deno.test("ByteQueue gives what was lent or appended in its order", () => {
  fc.assert(fc.property(fc.array(fc.tuple(step, fc.boolean())), (steps) => {
    const queue = new ByteQueue();
    const taken: Uint8Array[] = [];
    for (const [{ bytes, take }, lend] of steps) {
      const buffer = bytes.slice();
      if (lend) queue.lend(buffer);
      else queue.append(buffer);
      taken.push(queue.take(take).slice());
      if (lend) queue.settle();
      buffer.fill(0xee);
    }
    const all = concatBytes(...steps.map(([{ bytes }]) => bytes));
    assert.deepEqual(concatBytes(...taken, queue.peek()), all);
  }));
});

Deno.test("ByteQueue.held is what it keeps, and nothing once all was taken and settled", () => {
  const queue = new ByteQueue();
  assert.equal(queue.held, 0);
  queue.lend(new Uint8Array(100));
  assert.equal(queue.held, 0);
  queue.take(40);
  queue.settle();
  assert.equal(queue.held, 60);
  queue.append(new Uint8Array(1000));
  assert.ok(queue.held >= 1060);
  const view = queue.take(1060);
  queue.settle();
  assert.equal(queue.held, 0);
  assert.equal(view.length, 1060);
});
