import assert from "node:assert/strict";
import fc from "fast-check";
import {
  inputName,
  mergedName,
  parsePartition,
  partitionConflict,
  partOf,
  readInputName,
} from "./partition.ts";
import { Window } from "./window.ts";

Deno.test("parsePartition() reads I/N, and nothing else", () => {
  assert.deepEqual(parsePartition("2/3"), { part: 2, parts: 3 });
  assert.deepEqual(parsePartition("1/1"), { part: 1, parts: 1 });
  for (const text of ["", "1", "0/2", "3/2", "1/0", "-1/2", "1/2/3", "1 / 2", "1/2000", "a/b"]) {
    assert.throws(() => parsePartition(text), SyntaxError, text);
  }
});

Deno.test("partOf() gives each attacker the part that it has always had", () => {
  // Stores hang on these.
  assert.equal(partOf("192.0.2.1", 2), 2);
  assert.equal(partOf("192.0.2.2", 2), 1);
  assert.equal(partOf("2001:db8::1", 16), 11);
  const counts = new Map<number, number>();
  for (let number = 0; number < 4000; number++) {
    const part = partOf(`198.51.${number >> 8}.${number & 255}`, 4);
    counts.set(part, (counts.get(part) ?? 0) + 1);
  }
  assert.deepEqual([...counts.keys()].sort(), [1, 2, 3, 4]);
  for (const count of counts.values()) assert.ok(count > 900 && count < 1100, `${count}`);
});

Deno.test("readInputName() undoes inputName() and mergedName()", () => {
  const path = "nats://hub:4222/decnet.edge#DECNET";
  for (const partition of [undefined, { part: 1, parts: 2 }, { part: 12, parts: 16 }]) {
    const read = readInputName(inputName(path, partition));
    assert.deepEqual(read, { path, partition, merged: undefined });
  }
  assert.deepEqual(readInputName(mergedName(path, 4)), { path, partition: undefined, merged: 4 });
});

Deno.test("partitionConflict() lets a store be read into by its own part only", () => {
  const half = { part: 1, parts: 2 };
  const other = { part: 2, parts: 2 };
  const names = [inputName("a", half), inputName("b", half)];
  assert.equal(partitionConflict([], half, false), undefined);
  assert.equal(partitionConflict(names, half, false), undefined);
  assert.match(
    partitionConflict(names, other, false)!,
    /holds part 1\/2, and this is to read part 2\/2/,
  );
  assert.match(partitionConflict(names, undefined, false)!, /to read all attackers/);
  assert.match(partitionConflict(["a"], half, false)!, /holds all attackers/);
  assert.match(partitionConflict([mergedName("a", 2)], undefined, false)!, /2 parts/);
  // One database for all parts.
  assert.equal(partitionConflict(names, other, true), undefined);
  assert.ok(partitionConflict(names, { part: 2, parts: 3 }, true));
  assert.ok(partitionConflict(names, undefined, true));
});

Deno.test("Window takes each line in one part, whatever is in it", () => {
  const address = fc.constantFrom("192.0.2.1", "192.0.2.2:99", "2001:db8::7", "Unknown", "x");
  const record = fc.record({
    timestamp: fc.constantFrom("2026-09-01T10:00:00Z", "yesterday"),
    decky: fc.constantFrom("web-01", "decnet-prober"),
    service: fc.constantFrom("ssh", "prober", "profiler"),
    event_type: fc.constantFrom("connect", "command"),
    schema: fc.constant(1),
    attacker_ip: address,
    fields: fc.oneof(fc.record({ src_ip: address }), fc.constant({})),
  }, { requiredKeys: ["timestamp", "decky", "service", "event_type"] });
  const line = fc.oneof(
    record.map((value) => JSON.stringify(value)),
    record.map((value) => JSON.stringify(value).replace(/}}$/, ",}}")),
    fc.constantFrom("", "{}", "[1]", '{"timestamp":'),
  );
  fc.assert(fc.property(line, fc.integer({ min: 1, max: 5 }), (text, parts) => {
    const bytes = new TextEncoder().encode(text);
    const whole = new Window().add(bytes, 0, bytes.length);
    const taken = Array.from(
      { length: parts },
      (_, index) => new Window({ part: index + 1, parts }).add(bytes, 0, bytes.length),
    ).filter((outcome) => outcome !== "elsewhere");
    assert.deepEqual(taken, [whole]);
  }));
});
