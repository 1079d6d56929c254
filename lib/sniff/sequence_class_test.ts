import assert from "node:assert/strict";
import fc from "fast-check";
import { addressBytes } from "../net/address.ts";
import { SequenceClasses, type SequenceClassOptions, type SynPacket } from "./sequence_class.ts";

interface Syn {
  source?: string;
  destination?: string;
  sourcePort?: number;
  destinationPort?: number;
  sequence: number;
  ipId?: number;
}

/** A packet as the decoder leaves it: addresses somewhere in a buffer. */
function packet(syn: Syn): SynPacket {
  const source = addressBytes(syn.source ?? "198.51.100.7")!;
  const destination = addressBytes(syn.destination ?? "192.0.2.1")!;
  const bytes = new Uint8Array([0xee, ...source, ...destination]);
  return {
    bytes,
    sourceOffset: 1,
    destinationOffset: 1 + source.length,
    addressLength: source.length,
    sourcePort: syn.sourcePort ?? 40000,
    destinationPort: syn.destinationPort ?? 22,
    sequence: syn.sequence,
    ipId: syn.ipId ?? 0,
  };
}

/** Classes after a row of SYNs, each from a port of its own. */
function classes(syns: readonly Syn[], options?: SequenceClassOptions): SequenceClasses {
  const classes = new SequenceClasses(options);
  syns.forEach((syn, index) => classes.add(packet({ sourcePort: 40000 + index, ...syn })));
  return classes;
}

function ofIds(ids: readonly number[]): string {
  return classes(ids.map((ipId, index) => ({ ipId, sequence: index * 7_000_003 }))).ipIdClass;
}

function ofIsns(isns: readonly number[]): string {
  return classes(isns.map((sequence) => ({ sequence }))).isnClass;
}

Deno.test("three SYNs say nothing", () => {
  const result = classes([{ sequence: 1 }, { sequence: 2 }, { sequence: 3 }]);
  assert.equal(result.ipIdClass, "unknown");
  assert.equal(result.isnClass, "unknown");
  assert.equal(result.isnSamples, 3);
});

Deno.test("IP identifications are zero, constant, incremental or random", () => {
  assert.equal(ofIds([0, 0, 0, 0]), "zero");
  assert.equal(ofIds([54321, 54321, 54321, 54321]), "constant");
  assert.equal(ofIds([100, 101, 105, 4201]), "incremental");
  assert.equal(ofIds([100, 101, 105, 4202]), "random");
  assert.equal(ofIds([7, 60000, 12, 900]), "random");
  assert.equal(ofIds([5, 4, 3, 2]), "random");
});

Deno.test("IP identifications count on past 65535", () => {
  assert.equal(ofIds([65530, 65534, 2, 9]), "incremental");
  // As machines count that write the number the other way round.
  assert.equal(ofIds([0xfe00, 0xff00, 0x0001, 0x0101]), "incremental");
});

Deno.test("a counter that stands still now and then is no counter", () => {
  assert.equal(ofIds([5, 6, 6, 7]), "random");
});

Deno.test("sequence numbers are zero, constant, incremental or random", () => {
  assert.equal(ofIsns([0, 0, 0, 0]), "zero");
  assert.equal(ofIsns([2967083530, 2967083530, 2967083530, 2967083530]), "constant");
  assert.equal(ofIsns([64000, 128000, 192000, 320000]), "incremental");
  assert.equal(ofIsns([0xffff0000, 0xfffff000, 0x1000, 0x20000]), "incremental");
  assert.equal(ofIsns([1, 0x40000000, 0x80000000, 0xc0000000]), "random");
});

Deno.test("a SYN that is sent again is no second sample", () => {
  const again = Array.from({ length: 5 }, () => ({ sequence: 77, sourcePort: 50000 }));
  const result = classes(again.map((syn, index) => ({ ...syn, ipId: index * 999 })));
  assert.equal(result.isnSamples, 1);
  assert.equal(result.isnClass, "unknown");
  assert.equal(result.ipIdClass, "unknown");
});

Deno.test("a SYN that is sent again between others does not spoil their pattern", () => {
  const first = { sequence: 1000, ipId: 10, sourcePort: 50000 };
  const result = classes([
    first,
    { sequence: 2000, ipId: 11 },
    { ...first, ipId: 12 },
    { sequence: 3000, ipId: 13 },
    { sequence: 4000, ipId: 14 },
  ]);
  assert.equal(result.isnSamples, 4);
  assert.equal(result.isnClass, "incremental");
  assert.equal(result.ipIdClass, "incremental");
});

Deno.test("a scanner that uses one sequence number for all ports is constant", () => {
  const result = classes(
    [22, 23, 80, 443].map((destinationPort) => ({
      sequence: 2967083530,
      sourcePort: 48530,
      destinationPort,
    })),
  );
  assert.equal(result.isnClass, "constant");
});

Deno.test("the last eight SYNs count", () => {
  const random = [9, 60000, 3, 41000].map((ipId, index) => ({ ipId, sequence: index << 28 }));
  const counted = Array.from({ length: 8 }, (_, index) => ({ ipId: index + 1, sequence: index }));
  assert.equal(classes([...random, ...counted.slice(0, 7)]).ipIdClass, "random");
  const result = classes([...random, ...counted]);
  assert.equal(result.ipIdClass, "incremental");
  assert.equal(result.ipIdSamples, 8);
});

Deno.test("IPv6 has no IP identification", () => {
  const result = classes(
    [1, 2, 3, 4].map((sequence) => ({
      source: "2001:db8::7",
      destination: "2001:db8::1",
      ipId: -1,
      sequence,
    })),
  );
  assert.equal(result.ipIdClass, "unknown");
  assert.equal(result.ipIdSamples, 0);
  assert.equal(result.isnClass, "incremental");
});

Deno.test("each source is for itself", () => {
  const result = new SequenceClasses();
  for (let index = 0; index < 4; index++) {
    result.add(packet({ source: "198.51.100.1", sequence: index, sourcePort: index, ipId: 7 }));
    result.add(packet({ source: "198.51.100.2", sequence: index, sourcePort: index }));
  }
  assert.equal(result.ipIdClass, "zero");
  result.add(packet({ source: "198.51.100.1", sequence: 9, ipId: 7 }));
  assert.equal(result.ipIdClass, "constant");
  assert.equal(result.size, 2);
});

Deno.test("a source that had to make room starts anew", () => {
  const result = classes([1, 2, 3, 4].map((sequence) => ({ sequence })), { sources: 2 });
  assert.equal(result.isnClass, "incremental");
  for (const source of ["203.0.113.1", "203.0.113.2"]) result.add(packet({ source, sequence: 1 }));
  result.add(packet({ sequence: 5 }));
  assert.equal(result.isnClass, "unknown");
  assert.equal(result.isnSamples, 1);
  assert.equal(result.size, 2);
  assert.equal(result.evictions, 2);
});

Deno.test("any row of SYNs has a class, and samples as many as it may", () => {
  const syn = fc.record({
    sequence: fc.nat({ max: 0xffffffff }),
    ipId: fc.nat({ max: 65535 }),
    sourcePort: fc.nat({ max: 3 }),
  });
  fc.assert(fc.property(fc.array(syn, { maxLength: 30 }), (syns) => {
    const result = classes(syns);
    const different = new Set(syns.map((syn) => `${syn.sequence} ${syn.sourcePort}`)).size;
    assert.ok(result.isnSamples <= Math.min(8, syns.length));
    assert.ok(result.isnSamples >= Math.min(8, different));
    assert.equal(result.isnClass === "unknown", result.isnSamples < 4);
  }));
});
