import assert from "node:assert/strict";
import { HeldBack, heldEvent, MAX_HELD } from "./held_back.ts";

const KEY = { attacker: "192.0.2.1", decky: "d", service: "ssh", eventType: "connect" };
const OTHER = { ...KEY, attacker: "192.0.2.2" };

Deno.test("HeldBack tells of what is stored, once, when it is due", () => {
  const held = new HeldBack();
  held.add(KEY, 100, 1000);
  held.add(KEY, 300, 1100);
  held.add(OTHER, 200, 1200);
  assert.deepEqual(held.takeDue(5000, 500).length, 0, "nothing is stored yet");
  const entries = [{ ...KEY, count: 2, first: 100, last: 300 }, {
    ...OTHER,
    ...{ count: 1, first: 200, last: 200 },
  }];
  assert.deepEqual(held.save(), entries);
  assert.deepEqual(held.takeDue(5000, 500), [], "not before the store says so");
  held.stored();
  assert.deepEqual(held.takeDue(1600, 500), entries.slice(0, 1), "the other is not due");
  assert.deepEqual(held.takeDue(5000, 500), entries.slice(1));
  assert.deepEqual(held.takeDue(9000, 500), []);
  assert.deepEqual([held.size, held.total], [0, 3]);
});

Deno.test("HeldBack keeps apart what came after the last store", () => {
  const held = new HeldBack();
  held.add(KEY, 100, 1000);
  held.save();
  held.stored();
  held.add(KEY, 200, 1001);
  assert.deepEqual(held.takeDue(5000, 500), [{ ...KEY, count: 1, first: 100, last: 100 }]);
  assert.deepEqual(held.takeDue(9000, 500), []);
  assert.deepEqual(held.save(), [{ ...KEY, count: 1, first: 200, last: 200 }]);
  held.stored();
  assert.equal(held.takeDue(9000, 500).length, 1);
});

Deno.test("HeldBack goes on from what another had stored, and tells of it at once", () => {
  const before = new HeldBack();
  before.add(KEY, 100, 1000);
  const after = new HeldBack();
  after.restore(JSON.parse(JSON.stringify(before.save())));
  assert.deepEqual(after.takeDue(0, 1e9), [{ ...KEY, count: 1, first: 100, last: 100 }]);
});

Deno.test("HeldBack tells of the oldest early when there are too many", () => {
  const held = new HeldBack();
  for (let index = 0; index < MAX_HELD + 10; index++) {
    held.add({ ...KEY, attacker: `a${index}` }, index, 1000);
  }
  held.save();
  held.stored();
  const due = held.takeDue(1000, 500);
  assert.deepEqual(
    due.map(({ attacker }) => attacker),
    Array.from({ length: 10 }, (_, index) => `a${index}`),
  );
  assert.equal(held.size, MAX_HELD);
});

Deno.test("heldEvent() tells who did what how often, and is the same each time", () => {
  const entry = { ...KEY, count: 7, first: 1_000_000, last: 2_500_000 };
  const event = heldEvent(entry, "sensor");
  assert.deepEqual(heldEvent(entry, "sensor"), event);
  assert.equal(event.timestamp, "1970-01-01T00:00:02.500000Z");
  assert.equal(event.attacker_ip, "192.0.2.1");
  assert.deepEqual({ ...event.fields }, {
    src_ip: "192.0.2.1",
    limited_type: "connect",
    count: 7,
    first: "1970-01-01T00:00:01.000000Z",
    last: "1970-01-01T00:00:02.500000Z",
  });
  assert.notEqual(heldEvent({ ...entry, count: 8 }, "sensor").event_id, event.event_id);
  const unknown = heldEvent({ ...entry, attacker: "Unknown" }, "sensor");
  assert.deepEqual([unknown.attacker_ip, "src_ip" in unknown.fields], ["Unknown", false]);
});
