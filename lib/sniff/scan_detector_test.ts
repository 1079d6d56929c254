import assert from "node:assert/strict";
import fc from "fast-check";
import { addressBytes } from "../net/address.ts";
import { type AttemptPacket, ScanDetector, type ScanDetectorOptions } from "./scan_detector.ts";
import type { ScanReport } from "./scan_report.ts";

const SECOND = 1_000_000;
const TCP = 6;
const UDP = 17;

interface Attempt {
  source?: string;
  destination?: string;
  port?: number;
  protocol?: number;
  /** Seconds. */
  at?: number;
}

function packet({ source, destination, port, protocol, at }: Attempt): AttemptPacket {
  const from = addressBytes(source ?? "198.51.100.7")!;
  const to = addressBytes(destination ?? "192.0.2.1")!;
  return {
    bytes: new Uint8Array([...from, ...to]),
    micros: (at ?? 0) * SECOND,
    sourceOffset: 0,
    destinationOffset: from.length,
    addressLength: from.length,
    destinationPort: port ?? 22,
    protocol: protocol ?? TCP,
  };
}

/** A detector and what it reported so far. */
function detector(options?: ScanDetectorOptions) {
  const reports: ScanReport[] = [];
  const scans = new ScanDetector((report) => reports.push(report), options);
  return {
    reports,
    scans,
    add: (...attempts: Attempt[]) => attempts.forEach((attempt) => scans.add(packet(attempt))),
  };
}

/** One attempt on each of `count` ports. */
function ports(count: number, rest: Attempt = {}): Attempt[] {
  return Array.from({ length: count }, (_, index) => ({ port: 100 + index, ...rest }));
}

/** One attempt on each of `count` hosts. */
function hosts(count: number, rest: Attempt = {}): Attempt[] {
  return Array.from({ length: count }, (_, index) => ({
    destination: `192.0.2.${1 + index}`,
    ...rest,
  }));
}

Deno.test("many ports of one host are a port scan, reported once when the window has ended", () => {
  const { reports, scans, add } = detector();
  add(...ports(12, { at: 5 }), { port: 100, at: 7.5 });
  assert.deepEqual(reports, []);
  scans.expire(64 * SECOND);
  assert.deepEqual(reports, []);
  scans.expire(65 * SECOND);
  assert.deepEqual(reports, [{
    kind: "port_scan",
    source: "198.51.100.7",
    protocol: TCP,
    firstMicros: 5 * SECOND,
    lastMicros: 7.5 * SECOND,
    attempts: 13,
    targets: 12,
    destination: "192.0.2.1",
    ports: 12,
    samplePorts: [100, 101, 102, 103, 104, 105, 106, 107],
  }]);
  scans.flush();
  assert.equal(reports.length, 1);
});

Deno.test("one port of many hosts is a host sweep", () => {
  const { reports, scans, add } = detector();
  add(...hosts(5, { port: 23 }), ...hosts(2, { port: 80 }));
  scans.flush();
  assert.deepEqual(reports, [{
    kind: "host_sweep",
    source: "198.51.100.7",
    protocol: TCP,
    firstMicros: 0,
    lastMicros: 0,
    attempts: 7,
    targets: 7,
    port: 23,
    hosts: 5,
    sampleHosts: ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5"],
  }]);
});

Deno.test("many ports of many hosts are both", () => {
  const { reports, scans, add } = detector({ minPorts: 3, minHosts: 3 });
  for (const { destination } of hosts(3)) add(...ports(3, { destination: destination! }));
  scans.flush();
  assert.deepEqual(reports.map(({ kind, targets }) => [kind, targets]), [
    ["port_scan", 9],
    ["host_sweep", 9],
  ]);
});

Deno.test("fewer than the threshold are no scan", () => {
  const { reports, scans, add } = detector();
  add(...ports(9), ...hosts(4, { port: 100 }));
  for (let again = 0; again < 50; again++) add(...ports(9));
  scans.flush();
  assert.deepEqual(reports, []);
});

Deno.test("the report names the host that had most", () => {
  const { reports, scans, add } = detector();
  add(...ports(10, { destination: "192.0.2.5" }), ...ports(15, { destination: "192.0.2.6" }));
  scans.flush();
  const [report] = reports;
  assert.ok(report?.kind === "port_scan");
  assert.equal(report.destination, "192.0.2.6");
  assert.equal(report.ports, 15);
  assert.equal(report.targets, 25);
});

Deno.test("attempts of different windows are not counted together", () => {
  const { reports, scans, add } = detector({ windowMicros: 10 * SECOND });
  add(...ports(9, { at: 0 }), { port: 1, at: 10 }, ...ports(8, { at: 11 }));
  scans.flush();
  assert.deepEqual(reports, []);
});

Deno.test("a scan that goes on is reported for each window", () => {
  const { reports, scans, add } = detector({ windowMicros: 10 * SECOND });
  for (let second = 0; second < 25; second++) {
    add(
      ...ports(4, { at: second }).map((attempt, index) => ({
        ...attempt,
        port: 1000 + 4 * second + index,
      })),
    );
  }
  scans.flush();
  assert.deepEqual(
    reports.map((report) => [report.firstMicros / SECOND, report.targets]),
    [[0, 40], [10, 40], [20, 20]],
  );
});

Deno.test("a window starts from nothing", () => {
  const { reports, scans, add } = detector();
  add(...ports(15), ...ports(10, { at: 100, destination: "192.0.2.9" }));
  scans.flush();
  assert.deepEqual(
    reports.map((report) => report.kind === "port_scan" && [report.destination, report.ports]),
    [["192.0.2.1", 15], ["192.0.2.9", 10]],
  );
});

Deno.test("scans that overlap end one by one", () => {
  const { reports, scans, add } = detector();
  // The last one has been at it for long before it is over the threshold.
  add({ source: "203.0.113.4", port: 1, at: 1 });
  for (
    const [source, at] of [["203.0.113.1", 0], ["203.0.113.2", 10], ["203.0.113.3", 20]] as const
  ) {
    add(...ports(10, { source, at }));
  }
  add(...ports(10, { source: "203.0.113.4", at: 30 }));
  for (const second of [59, 60, 61, 70, 80, 200]) scans.expire(second * SECOND);
  assert.deepEqual(reports.map(({ source }) => source), [
    "203.0.113.1",
    "203.0.113.4",
    "203.0.113.2",
    "203.0.113.3",
  ]);
});

Deno.test("a source with one target needs no room among the targets", () => {
  const { scans, add } = detector();
  for (let again = 0; again < 5; again++) add({});
  assert.equal(scans.counters.targets, 0);
  add({ port: 23 });
  assert.equal(scans.counters.targets, 2);
});

Deno.test("the packets of others end a window in time", () => {
  const { reports, add } = detector();
  add(...ports(10), { source: "203.0.113.9", at: 59 });
  assert.equal(reports.length, 0);
  add({ source: "203.0.113.9", at: 60 });
  assert.equal(reports.length, 1);
});

Deno.test("time that goes back, as in the next capture, ends windows as well", () => {
  const { reports, add } = detector();
  add(...ports(10, { at: 1000 }), { source: "203.0.113.9", at: 3 });
  assert.equal(reports.length, 1);
});

Deno.test("the same port of another protocol is another port", () => {
  const { reports, scans, add } = detector({ minPorts: 4 });
  add(...ports(3), ...ports(3, { protocol: UDP }));
  scans.flush();
  assert.deepEqual(reports, []);
  add(...ports(5, { protocol: UDP, at: 100 }));
  scans.flush();
  assert.deepEqual(reports.map(({ protocol }) => protocol), [UDP]);
});

Deno.test("sources are counted apart, also in IPv6", () => {
  const { reports, scans, add } = detector();
  const destination = "2001:db8::1";
  add(...ports(6), ...ports(6, { source: "198.51.100.8" }));
  add(...ports(10, { source: "2001:db8::bad", destination }));
  scans.flush();
  assert.deepEqual(
    reports.map((report) => report.kind === "port_scan" && [report.source, report.destination]),
    [["2001:db8::bad", destination]],
  );
});

Deno.test("a scan is told of before its source makes room", () => {
  const { reports, scans, add } = detector({ maxSources: 2 });
  add(...ports(10), { source: "203.0.113.1" });
  assert.equal(reports.length, 0);
  add({ source: "203.0.113.2" });
  assert.deepEqual(reports.map(({ source }) => source), ["198.51.100.7"]);
  assert.equal(scans.counters.sourcesEvicted, 1);
});

Deno.test("spoofed sources do not hide one who keeps scanning, and memory stays as it is", () => {
  const { reports, scans, add } = detector({ maxSources: 64, maxTargets: 256 });
  for (let index = 0; index < 2000; index++) {
    add({ source: `10.0.${index >> 8}.${index & 255}`, at: index / 1000 });
    if (index % 20 === 0) add({ port: index, at: index / 1000 });
  }
  scans.flush();
  assert.equal(reports.length, 1);
  assert.ok(reports[0]!.kind === "port_scan" && reports[0]!.ports === 100);
  assert.equal(scans.counters.sources, 64);
  assert.ok(scans.counters.targets <= 256);
});

Deno.test("a scan of more targets than fit is still a scan", () => {
  const { reports, scans, add } = detector({ maxTargets: 64 });
  add(...ports(500));
  scans.flush();
  assert.deepEqual(
    reports.map((report) => report.kind === "port_scan" && report.ports),
    [500],
  );
  assert.equal(scans.counters.targetsEvicted, 500 - 64);
});

Deno.test("reports agree with counting everything", () => {
  const attempt = fc.record({
    source: fc.constantFrom("10.0.0.1", "10.0.0.2", "2001:db8::1"),
    host: fc.nat({ max: 5 }),
    port: fc.nat({ max: 5 }),
  });
  fc.assert(fc.property(fc.array(attempt, { maxLength: 80 }), (attempts) => {
    const { reports, scans, add } = detector({ minPorts: 4, minHosts: 4 });
    const tried = new Map<string, Set<string>>();
    for (const { source, host, port } of attempts) {
      const isV6 = source.includes(":");
      const destination = isV6 ? `2001:db8::a${host}` : `192.0.2.${host}`;
      add({ source, destination, port });
      tried.set(source, (tried.get(source) ?? new Set()).add(`${destination} ${port}`));
    }
    scans.flush();
    const expected = [...tried].flatMap(([source, targets]) => {
      const most = (part: number) =>
        Math.max(
          ...Object.values(Object.groupBy(targets, (target) => target.split(" ")[part]!))
            .map((group) => group!.length),
        );
      return [
        ...(most(0) >= 4 ? [`${source} port_scan ${most(0)} ${targets.size}`] : []),
        ...(most(1) >= 4 ? [`${source} host_sweep ${most(1)} ${targets.size}`] : []),
      ];
    });
    const found = reports.map((report) =>
      `${report.source} ${report.kind} ${
        report.kind === "port_scan" ? report.ports : report.hosts
      } ${report.targets}`
    );
    assert.deepEqual(found.toSorted(), expected.toSorted());
  }));
});
