import assert from "node:assert/strict";
import type { Place } from "./facts.ts";
import { SourceTallies } from "./source_tallies.ts";
import { meaningOf } from "./vocabulary.ts";

const PLACE: Place = {
  ...{ decky: "web-01", service: "ssh", eventType: "connect", sensor: "edge-1" },
  speaker: "decoy",
  meaning: meaningOf("connect"),
};

Deno.test("SourceTallies counts times between events for each sensor of an input by itself", () => {
  const tallies = new SourceTallies();
  for (const [sensor, time] of [["b", 10], ["a", 1], ["b", 30], ["a", 2], ["-", 5]] as const) {
    tallies.of(1, sensor, time).add(time, PLACE, undefined);
  }
  tallies.of(2, "a", 100).add(100, PLACE, undefined);
  const found = tallies.all().map(({ source, sensor, tally }) => [source, sensor, tally.all.sum]);
  assert.deepEqual(found, [[1, "-", 0], [1, "a", 1], [1, "b", 20], [2, "a", 0]]);
});

Deno.test("SourceTallies goes on from what was stored, also from what named no sensor", () => {
  const tallies = new SourceTallies();
  for (const sensor of ["-", "edge-1"]) tallies.of(1, sensor, 7).add(7, PLACE, undefined);
  const stored = tallies.encode();
  assert.deepEqual(stored.map((tally) => tally.length), [2, 3]);
  const again = new SourceTallies();
  for (const tally of stored) again.restore(tally);
  assert.deepEqual(again.encode(), stored);
  again.of(1, "edge-1", 9).add(9, PLACE, undefined);
  assert.deepEqual(again.all().map(({ tally }) => tally.all.count), [0, 1]);
});

Deno.test("SourceTallies keeps a bounded number, however many sensors there are", () => {
  const tallies = new SourceTallies();
  for (let number = 0; number < 5000; number++) {
    tallies.of(1, `edge-${number}`, number).add(number, PLACE, undefined);
  }
  const all = tallies.all();
  assert.equal(all.length, 65);
  assert.equal(all.reduce((sum, { tally }) => sum + tally.session.events, 0), 5000);
  // Those that came first have still their own.
  assert.equal(tallies.of(1, "edge-3", 9000), all.find(({ sensor }) => sensor === "edge-3")!.tally);
});
