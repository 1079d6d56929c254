import assert from "node:assert/strict";
import { createEvent } from "../event/create.ts";
import { CountBy } from "./count_by.ts";
import { isSampled } from "./sample.ts";
import { UniqueBy } from "./unique_by.ts";

function event(service: string, port?: number) {
  return createEvent({
    time: 0,
    sensor: "s",
    decky: "d",
    service,
    eventType: "connect",
    fields: { dst_port: port },
  });
}

Deno.test("CountBy.take() has the largest first, and starts anew", () => {
  const counts = new CountBy("service");
  for (const service of ["ssh", "http", "ssh", "ftp"]) counts.add(event(service));
  assert.deepEqual(counts.take(), [["ssh", 2], ["ftp", 1], ["http", 1]]);
  assert.deepEqual(counts.take(), []);
});

Deno.test("CountBy.add() counts values beyond the most as one, and events without the value", () => {
  const counts = new CountBy("fields.dst_port");
  for (let port = 0; port < 10_005; port++) counts.add(event("x", port));
  counts.add(event("x"));
  const [first] = counts.take();
  assert.deepEqual(first, ["(others)", 6]);
  counts.add(event("x"));
  assert.deepEqual(counts.take(), [["-", 1]]);
});

Deno.test("UniqueBy.passes() lets the first of each value pass, and forgets the eldest", () => {
  const unique = new UniqueBy("dst_port", 2);
  const passes = (port?: number) => unique.passes(event("x", port));
  assert.deepEqual([1, 1, 2, 1, 3, 1, 2].map(passes), [
    true,
    false,
    true,
    false,
    true,
    false,
    true,
  ]);
  assert.ok(!passes());
});

Deno.test("isSampled() takes its share, and the same again", () => {
  const ids = Array.from({ length: 10_000 }, () => event("x").event_id);
  const chosen = ids.filter((id) => isSampled(id, 0.1));
  assert.ok(chosen.length > 800 && chosen.length < 1200, `${chosen.length}`);
  assert.deepEqual(ids.filter((id) => isSampled(id, 0.1)), chosen);
  assert.equal(ids.filter((id) => isSampled(id, 1)).length, ids.length);
  assert.equal(ids.filter((id) => isSampled(id, 0)).length, 0);
});
