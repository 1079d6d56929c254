import assert from "node:assert/strict";
import type { SniffStatistics } from "./sniff_tally.ts";
import { kernelLine, sourceLine, statisticsLine, statisticsLines } from "./sniff_view.ts";

const STATISTICS: SniffStatistics = {
  seconds: 2.5,
  packets: 1000,
  bytes: 64_000,
  counters: {
    ...{ notIp: 3, flows: 40, flowsHighWater: 12, flowsEvicted: 0 },
    ...{ outside: 1, suppressed: 9, dedupHighWater: 6 },
  },
  events: { tls_client_hello: 5, dhcp: 1 },
  kernel: { received: 1002, dropped: 2, interfaceDropped: 0 },
};

Deno.test("statisticsLines() tells all counts", () => {
  assert.deepEqual(statisticsLines(STATISTICS), [
    "packets 1000, bytes 64000, seconds 2.50, packets/s 400",
    "events 6: tls_client_hello 5, dhcp 1",
    "packets without IP 3, flows 40, flows evicted 0, sightings between strangers 1, " +
    "sightings told before 9",
    "most at a time: flows 12, sightings remembered 6",
    "kernel: received 1002, dropped 2, dropped by the interface 0",
  ]);
});

Deno.test("statisticsLines() of nothing has no empty list in it", () => {
  const nothing = { seconds: 0, packets: 0, bytes: 0, counters: {}, events: {}, kernel: undefined };
  assert.deepEqual(statisticsLines(nothing), [
    "packets 0, bytes 0, seconds 0.00, packets/s 0",
    "events 0",
  ]);
});

Deno.test("statisticsLine() has the rate since the line before", () => {
  assert.equal(
    statisticsLine(STATISTICS),
    "1000 packets, 6 events, 400 packets/s, 2 dropped",
  );
  const later = { ...STATISTICS, seconds: 12.5, packets: 1050, kernel: undefined };
  assert.equal(statisticsLine(later, STATISTICS), "1050 packets, 6 events, 5 packets/s");
});

Deno.test("sourceLine() and kernelLine() count in words", () => {
  const counters = { packets: 1, bytes: 60, flows: 1 };
  assert.equal(sourceLine(counters, 2), "1 packet, 60 bytes, 1 flow, 2 events");
  assert.equal(
    kernelLine({ received: 1, dropped: 0, interfaceDropped: 0 }),
    "1 packet received by the kernel, 0 dropped",
  );
  assert.equal(
    kernelLine({ received: 9, dropped: 2, interfaceDropped: 1 }),
    "9 packets received by the kernel, 2 dropped, 1 by the interface",
  );
});
