import assert from "node:assert/strict";
import type { Cycle } from "./service.ts";
import { CycleCounter, errorEvent, startupEvent, type WorkCounts } from "./service_events.ts";

const AT = Date.parse("2026-01-02T00:00:00Z");
const HOUR = 3_600_000;

const NOTHING: WorkCounts = { done: 0, rotated: 0, connections: 0, outcomes: {} };
const IDLE: Cycle = { lines: 0, sightings: 0, targets: 0, waiting: 0, known: 7, forgotten: 0 };

Deno.test("events about the prober itself name no attacker", () => {
  const counter = new CycleCounter(() => NOTHING);
  const events = [
    startupEvent("s", AT, { logs: ["/a.json"] }),
    errorEvent("s", AT, "locked", "state"),
    counter.event("s", AT, IDLE)!,
  ];
  assert.deepEqual(events.map(({ event_type }) => event_type), [
    ...["prober_startup", "prober_error", "prober_cycle"],
  ]);
  for (const { attacker_ip, service } of events) {
    assert.deepEqual([attacker_ip, service], ["Unknown", "prober"]);
  }
});

Deno.test("CycleCounter tells what has come since the cycle before", () => {
  let counts: WorkCounts = {
    done: 3,
    rotated: 1,
    connections: 30,
    outcomes: { ok: 5, timeout: 2 },
  };
  const counter = new CycleCounter(() => counts);
  counts = { done: 5, rotated: 1, connections: 42, outcomes: { ok: 5, timeout: 3, refused: 4 } };
  const cycle = { lines: 9, sightings: 4, targets: 2, waiting: 6, known: 8, forgotten: 1 };
  assert.deepEqual({ ...counter.event("s", AT, cycle)?.fields }, {
    lines: 9,
    sightings: 4,
    targets_started: 2,
    targets_done: 2,
    targets_waiting: 6,
    targets_known: 8,
    targets_forgotten: 1,
    rotated: 0,
    connections: 12,
    outcome_timeout: 1,
    outcome_refused: 4,
  });
});

Deno.test("CycleCounter says that there was nothing to do once an hour", () => {
  const counter = new CycleCounter(() => NOTHING);
  const told = [];
  for (let at = AT; at < AT + 2 * HOUR; at += HOUR / 4) {
    const event = counter.event("s", at, { ...IDLE, lines: 1 });
    if (event !== undefined) told.push([(at - AT) / HOUR, event.fields["lines"]]);
  }
  assert.deepEqual(told, [[0, 1], [1, 4]]);
});

Deno.test("CycleCounter tells at once of anything that was done", () => {
  let counts = NOTHING;
  const counter = new CycleCounter(() => counts);
  counter.event("s", AT, IDLE);
  const changes = [{ sightings: 1 }, { targets: 1 }, { waiting: 1 }, { forgotten: 1 }];
  for (const change of changes) {
    assert.ok(counter.event("s", AT + 1, { ...IDLE, ...change }), JSON.stringify(change));
  }
  counts = { ...NOTHING, done: 1 };
  assert.ok(counter.event("s", AT + 1, IDLE));
  assert.equal(counter.event("s", AT + 1, IDLE), undefined);
});

Deno.test("CycleCounter is not silent after a clock that was set back", () => {
  const counter = new CycleCounter(() => NOTHING);
  counter.event("s", AT + 1000 * HOUR, IDLE);
  assert.ok(counter.event("s", AT, IDLE));
});
