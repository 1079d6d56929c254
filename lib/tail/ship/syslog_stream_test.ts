import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type ConnectionFate,
  FakeSyslogReceiver,
} from "../../../tests/support/fake_syslog_receiver.ts";
import { createEvent } from "../../event/create.ts";
import { BackOff } from "../../back_off.ts";
import type { Farewell } from "./syslog_connection.ts";
import { SyslogStream } from "./syslog_stream.ts";

/** A receiver with a fate for each connection; those after the last go well. */
function receiverOf(fates: readonly ConnectionFate[]): FakeSyslogReceiver {
  const queue = [...fates];
  return new FakeSyslogReceiver(() => queue.shift());
}

function eventNumber(number: number) {
  return createEvent({
    time: number * 1_000_000,
    sensor: "s",
    decky: "d",
    service: "x",
    eventType: "y",
    fields: { number },
  });
}

function stream(receiver: FakeSyslogReceiver, window = 1 << 20) {
  const troubles: string[] = [];
  const made = new SyslogStream({
    write: (event) => `<134>1 ${event.fields["number"]} \u00e9\u4e2d\u{1f600}`,
    connect: () => receiver.connect(),
    signal: new AbortController().signal,
    backOff: new BackOff(() => Promise.resolve(), () => 0),
    window,
    settleAfter: 1_000_000,
    onTrouble: (reason) => troubles.push(reason),
    onRecovery: () => troubles.push("well"),
    onRefused: () => {},
  });
  return { made, troubles };
}

/** Sends so many events, one a batch; gives the numbers that were committed, in order. */
async function sendAll(made: SyslogStream, count: number): Promise<number[]> {
  const committed: number[] = [];
  for (let number = 0; number < count; number++) {
    await made.send({ events: [eventNumber(number)], commit: () => committed.push(number) });
  }
  await made.settle();
  made.close();
  return committed;
}

function numbers(receiver: FakeSyslogReceiver): number[] {
  return receiver.messages.map((message) => Number(message.split(" ")[1]));
}

Deno.test("SyslogStream counts octets, not characters", async () => {
  const receiver = receiverOf([]);
  await sendAll(stream(receiver).made, 3);
  assert.deepEqual(receiver.messages, [0, 1, 2].map((n) => `<134>1 ${n} \u00e9\u4e2d\u{1f600}`));
  assert.equal(receiver.connections, 1);
});

Deno.test("SyslogStream commits nothing before the receiver has closed in good order", async () => {
  const receiver = receiverOf([]);
  const { made } = stream(receiver);
  let commits = 0;
  await made.send({ events: [eventNumber(0)], commit: () => commits++ });
  assert.deepEqual([commits, receiver.messages.length], [0, 1]);
  await made.settle();
  assert.equal(commits, 1);
  // With nothing on its way there is nothing to wait for.
  await made.send({ events: [], commit: () => commits++ });
  assert.equal(commits, 2);
  made.close();
});

Deno.test("SyslogStream loses nothing and keeps the order, whatever becomes of its connections", async () => {
  const fate = fc.record({
    writes: fc.constantFrom(0, 1, 2, 5, 1000),
    refused: fc.boolean(),
    unread: fc.nat(40),
    farewell: fc.constantFrom<Farewell>("read", "broken"),
  });
  await fc.assert(fc.asyncProperty(
    fc.array(fate, { maxLength: 12 }),
    fc.constantFrom(1, 60, 1 << 20),
    async (fates, window) => {
      const receiver = receiverOf(fates);
      const committed = await sendAll(stream(receiver, window).made, 8);
      assert.deepEqual(committed, [0, 1, 2, 3, 4, 5, 6, 7]);
      let next = 0;
      for (const number of numbers(receiver)) {
        assert.ok(number <= next, "out of order");
        if (number === next) next++;
      }
      assert.equal(next, 8);
    },
  ));
});

Deno.test("SyslogStream takes a receiver that never closes for what it is, after a second connection", async () => {
  const receiver = receiverOf([{ farewell: "silent" }, { farewell: "silent" }]);
  const { made, troubles } = stream(receiver);
  assert.deepEqual(await sendAll(made, 2), [0, 1]);
  assert.deepEqual(numbers(receiver), [0, 1, 0, 1]);
  assert.deepEqual(troubles, ["the receiver does not close its side", "well"]);
});
