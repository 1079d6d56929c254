import assert from "node:assert/strict";
import { parseJsonRecord } from "../../lib/event/json.ts";
import { parseRfc5424 } from "../../lib/event/rfc5424_parser.ts";
import { makeAttackLog } from "./make.ts";
import { addressOf } from "./plan.ts";
import { ACTOR_KINDS } from "./step.ts";
import type { Truth } from "./truth.ts";

function made(events: number, attackers: number, seed: number) {
  const [lines, truths]: [string[], Truth[]] = [[], []];
  const totals = makeAttackLog({ events, attackers, seed }, {
    line: (text) => lines.push(text),
    truth: (truth) => truths.push(truth),
  });
  return { lines, truths, totals };
}

Deno.test("makeAttackLog() makes as many events as it is asked for, and the truth of each attacker", () => {
  const { lines, truths, totals } = made(5000, 120, 7);
  assert.equal(totals.events, 5000);
  assert.equal(truths.length, 120);
  assert.equal(new Set(truths.map(({ attacker_ip }) => attacker_ip)).size, 120);
  assert.equal(truths.reduce((sum, { events, evidence }) => sum + events + evidence, 0), 5000);
  assert.equal(lines.length, totals.events + totals.unattributed + totals.garbage);
  for (const kind of ACTOR_KINDS) assert.ok(truths.some((truth) => truth.kind === kind), kind);
});

Deno.test("makeAttackLog() repeats itself for a seed, and not for another", () => {
  assert.deepEqual(made(2500, 100, 7), made(2500, 100, 7));
  assert.notDeepEqual(made(2500, 100, 7).lines, made(2500, 100, 8).lines);
});

Deno.test("makeAttackLog() writes records whose line says the same, in the order of their times", () => {
  const { lines, totals } = made(3000, 100, 9);
  let events = 0;
  let last = "";
  const ids = new Set<string>();
  for (const line of lines) {
    assert.match(line, /^[^\n]*\n$/);
    const record = parseJsonRecord(line);
    if (record === undefined) continue;
    const { event, rawLine } = record;
    if (rawLine === undefined) continue;
    events++;
    ids.add(event.event_id);
    const parsed = parseRfc5424(rawLine)!;
    assert.equal(parsed.decky, event.decky);
    assert.equal(parsed.eventType, event.event_type);
    for (const [name, value] of Object.entries(event.fields)) {
      assert.equal(parsed.fields[name], String(value));
    }
    // Ours come a moment after the event that they are about.
    if (event.service !== "sniffer" && event.service !== "prober") {
      assert.ok(event.timestamp >= last);
      last = event.timestamp;
    }
  }
  assert.equal(events, totals.events + totals.unattributed);
  assert.equal(ids.size, events);
});

Deno.test("makeAttackLog() refuses to share too few events among its attackers", () => {
  assert.throws(() => made(100, 100, 1), RangeError);
});

Deno.test("addressOf() gives each attacker an address of its own", () => {
  const addresses = new Set(Array.from({ length: 100_000 }, (_, number) => addressOf(number)));
  assert.equal(addresses.size, 100_000);
});
