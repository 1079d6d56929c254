import assert from "node:assert/strict";
import { Packet } from "../net/packet.ts";
import { Conversations } from "./conversations.ts";
import type { Conversation, Flow } from "./flow.ts";
import { FLAG, FLAGS } from "./flow_record.ts";
import { FlowTable } from "./flow_table.ts";

const SECOND = 1_000_000;

/** Holds what it is told to. */
class Holding implements Conversation {
  held: number;
  ended = 0;

  constructor(held = 0) {
    this.held = held;
  }

  segment(): boolean {
    return true;
  }

  end(): void {
    this.ended++;
  }
}

function begun(maxHeld: number) {
  const table = new FlowTable(10_000, () => {});
  const conversations = new Conversations(table, maxHeld);
  /** A flow whose conversation begins at a time in seconds. */
  const begin = (held: number, seconds = 0): { flow: Flow; conversation: Holding } => {
    const packet = new Packet();
    packet.bytes = new Uint8Array(8);
    packet.addressLength = 4;
    packet.ipVersion = 4;
    packet.sourcePort = table.started + 1;
    const flow = table.flow(table.find(packet));
    const conversation = new Holding(held);
    conversations.begin(flow, conversation, seconds * SECOND);
    conversations.note(flow, seconds * SECOND, true);
    return { flow, conversation };
  };
  const flags = (flow: Flow) => table.words[flow.record + FLAGS]!;
  return { table, conversations, begin, flags };
}

Deno.test("Conversations counts what there is, what there was, and what it held", () => {
  const { table, conversations, begin, flags } = begun(1_000_000);
  const first = begin(1000);
  const second = begin(5000);
  assert.equal(table.flow(first.flow.record), first.flow, "kept");
  assert.equal(flags(first.flow) & FLAG.read, FLAG.read);
  conversations.end(second.flow);
  assert.equal(second.conversation.ended, 1);
  assert.equal(flags(second.flow), FLAG.unwanted);
  assert.notEqual(table.flow(second.flow.record), second.flow, "forgotten");
  const third = begin(3000);
  const { started, size, highWater, givenUp, heldHighWater } = conversations;
  assert.deepEqual([started, size, highWater, givenUp], [3, 2, 2, 0]);
  assert.ok(heldHighWater >= 6000 && heldHighWater < 6000 + 2 * 4096, `${heldHighWater}`);
  assert.equal(flags(third.flow) & FLAG.unwanted, 0);
});

Deno.test("Conversations gives up the one that was silent longest when memory is short", () => {
  const { conversations, begin, flags } = begun(100_000);
  const all = [30_000, 30_000, 30_000].map((held, index) => begin(held, index * 2));
  conversations.note(all[0]!.flow, 10 * SECOND, true);
  const last = begin(30_000, 11);
  assert.deepEqual(all.map(({ conversation }) => conversation.ended), [0, 1, 0]);
  assert.equal(flags(all[1]!.flow), FLAG.unwanted);
  assert.equal(conversations.givenUp, 1);
  last.conversation.held = 90_000;
  conversations.note(last.flow, 12 * SECOND, false);
  assert.equal(conversations.givenUp, 1, "nothing was read");
  conversations.note(last.flow, 12 * SECOND, true);
  assert.deepEqual(all.map(({ conversation }) => conversation.ended), [1, 1, 1]);
  assert.ok(conversations.heldHighWater <= 100_000);
});

Deno.test("Conversations gives up even the one at hand when it alone is too much", () => {
  const { conversations, begin } = begun(50_000);
  const { conversation } = begin(60_000);
  assert.equal(conversation.ended, 1);
  assert.equal(conversations.size, 0);
});

Deno.test("Conversations bounds those that hold nothing, too", () => {
  const { conversations, begin } = begun(1_000_000);
  for (let index = 0; index < 5000; index++) begin(0);
  assert.ok(conversations.highWater < 1000, `${conversations.highWater}`);
  assert.equal(conversations.givenUp + conversations.size, 5000);
});

Deno.test("Conversations.expire() gives up those that wait in vain, and keeps those that do not wait", () => {
  const { conversations, begin } = begun(1_000_000);
  const waiting = begin(100, 0);
  const idle = begin(0, 0);
  const recent = begin(100, 30);
  conversations.expire(61 * SECOND);
  assert.deepEqual(
    [waiting, idle, recent].map(({ conversation }) => conversation.ended),
    [1, 0, 0],
  );
  assert.equal(conversations.givenUp, 1);
  idle.conversation.held = 1;
  conversations.expire(91 * SECOND);
  assert.equal(recent.conversation.ended, 1);
  assert.equal(idle.conversation.ended, 0, "it was looked at half a minute ago");
  conversations.expire(122 * SECOND);
  assert.equal(idle.conversation.ended, 1);
  assert.equal(conversations.size, 0);
});

Deno.test("Conversations keeps what strays apart from the rest", () => {
  const { conversations, begin, flags } = begun(1_000_000);
  const { flow, conversation } = begin(1000);
  const stray = new Holding(2000);
  conversations.beginStray(flow, stray, 0);
  conversations.note(flow, 0, true);
  assert.equal(conversations.size, 1);
  conversations.endStray(flow);
  assert.deepEqual([stray.ended, conversation.ended, conversations.size], [1, 0, 1]);
  conversations.beginStray(flow, new Holding(), 0);
  conversations.end(flow);
  assert.equal(flags(flow), FLAG.unwanted);
  assert.equal(conversations.size, 1);
  conversations.endStray(flow);
  assert.equal(conversations.size, 0);
});
