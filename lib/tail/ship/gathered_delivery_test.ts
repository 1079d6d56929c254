import assert from "node:assert/strict";
import { createEvent } from "../../event/create.ts";
import type { Batch, Delivery } from "./delivery.ts";
import { GatheredDelivery, type GatherLimits } from "./gathered_delivery.ts";

const HOUR = 3_600_000;

function event(number: number) {
  return createEvent({
    time: 1_700_000_000_000_000,
    sensor: "s",
    decky: "d",
    service: "ssh",
    eventType: "connect",
    fields: { number },
    origin: `${number}`,
  });
}

function world(limits: Partial<GatherLimits>, receive = (_: Batch) => Promise.resolve()) {
  const sent: unknown[][] = [];
  const committed: number[] = [];
  let settled = 0;
  const inner: Delivery = {
    send: async (batch) => {
      sent.push(batch.events.map(({ fields }) => fields["number"]));
      await receive(batch);
      batch.commit();
    },
    settle: () => {
      settled++;
      return Promise.resolve();
    },
    close: () => {},
  };
  const made = new GatheredDelivery(inner, { events: 100, bytes: 1e6, wait: HOUR, ...limits });
  const send = (numbers: readonly number[], bytes = 10) =>
    made.send({
      events: numbers.map(event),
      bytes,
      commit: () => committed.push(numbers[0] ?? -1),
    });
  return { made, sent, committed, send, settled: () => settled };
}

Deno.test("GatheredDelivery sends what it has once there are enough events, and commits in order", async () => {
  const { made, sent, committed, send } = world({ events: 4 });
  await send([0, 1]);
  await send([]);
  await send([2]);
  assert.deepEqual([sent, committed], [[], []]);
  await send([3, 4]);
  assert.deepEqual(sent, [[0, 1, 2, 3, 4]]);
  assert.deepEqual(committed, [0, -1, 2, 3]);
  made.close();
});

Deno.test("GatheredDelivery sends what it has once there are enough bytes", async () => {
  const { made, sent, send } = world({ bytes: 1000 });
  await send([0], 999);
  assert.deepEqual(sent, []);
  await send([1], 1);
  assert.deepEqual(sent, [[0, 1]]);
  made.close();
});

Deno.test("GatheredDelivery sends what it has when nothing more comes", async () => {
  const arrived = Promise.withResolvers<void>();
  const { made, sent, send } = world({ wait: 1 }, () => {
    arrived.resolve();
    return Promise.resolve();
  });
  await send([0]);
  await arrived.promise;
  assert.deepEqual(sent, [[0]]);
  made.close();
});

Deno.test("GatheredDelivery settles when all that it took has been sent", async () => {
  const { made, sent, committed, send, settled } = world({});
  await send([0]);
  await made.settle();
  assert.deepEqual([sent, committed, settled()], [[[0]], [0], 1]);
  await made.settle();
  assert.deepEqual([sent.length, settled()], [1, 2]);
  made.close();
});

Deno.test("GatheredDelivery sends one batch at a time, and holds back who sends more", async () => {
  const gates: PromiseWithResolvers<void>[] = [];
  const { made, sent, send } = world({ events: 2 }, () => {
    const gate = Promise.withResolvers<void>();
    gates.push(gate);
    return gate.promise;
  });
  const turn = () => new Promise((resolve) => setTimeout(resolve));
  const first = send([0, 1]);
  await turn();
  let isThrough = false;
  const second = send([2, 3]).then(() => isThrough = true);
  await turn();
  assert.deepEqual(sent, [[0, 1]]);
  gates[0]!.resolve();
  await first;
  await turn();
  assert.equal(isThrough, false);
  assert.deepEqual(sent, [[0, 1], [2, 3]]);
  gates[1]!.resolve();
  await second;
  made.close();
});

Deno.test("GatheredDelivery tells of a failure that came while nobody waited", async () => {
  const failed = Promise.withResolvers<void>();
  const { made, send } = world({ wait: 1 }, () => {
    failed.resolve();
    return Promise.reject(new Error("disk full"));
  });
  await send([0]);
  await failed.promise;
  await assert.rejects(made.settle(), /disk full/);
  made.close();
});
