import assert from "node:assert/strict";
import { Dedup } from "../lib/sniff/dedup.ts";
import { SniffTally } from "./sniff_tally.ts";

const kernel = (received: number, dropped: number, interfaceDropped = 0) => ({
  statistics: () => ({ received, dropped, interfaceDropped }),
});

Deno.test("SniffTally adds up sources, and keeps the highest of their marks", () => {
  const tally = new SniffTally(new Dedup(0));
  let packets = 0;
  const first = () => ({ packets, bytes: 10 * packets, flows: 3, flowsHighWater: 7 });
  const second = () => ({ packets: 1, bytes: 60, flows: 1, flowsHighWater: 2 });
  tally.begin(first);
  packets = 5;
  tally.end(first);
  // What a source does after its end is not its own any more.
  packets = 100;
  tally.begin(second);
  const { packets: all, bytes, counters } = tally.statistics([]);
  assert.deepEqual([all, bytes], [6, 110]);
  const { flows, flowsHighWater } = counters;
  assert.deepEqual({ flows, flowsHighWater }, { flows: 4, flowsHighWater: 7 });
});

Deno.test("SniffTally counts events by type, the most frequent first", () => {
  const tally = new SniffTally(new Dedup(0));
  for (const type of ["b", "a", "a", "c", "a", "c"]) tally.count(type);
  assert.deepEqual(Object.entries(tally.statistics([]).events), [["a", 3], ["c", 2], ["b", 1]]);
});

Deno.test("SniffTally tells what was held back", () => {
  const dedup = new Dedup(1_000_000);
  const tally = new SniffTally(dedup);
  for (const key of ["x", "y", "x", "x"]) dedup.isNews(key, 0);
  const { suppressed, dedupHighWater } = tally.statistics([]).counters;
  assert.deepEqual({ suppressed, dedupHighWater }, { suppressed: 2, dedupHighWater: 2 });
});

Deno.test("SniffTally adds up the kernel's counters, where there are any", () => {
  const tally = new SniffTally(new Dedup(0));
  assert.equal(tally.statistics([]).kernel, undefined);
  assert.deepEqual(tally.statistics([kernel(10, 1), kernel(5, 2, 3)]).kernel, {
    received: 15,
    dropped: 3,
    interfaceDropped: 3,
  });
});
