import fc from "fast-check";
import assert from "node:assert/strict";
import { FragmentTable } from "./ip_fragments.ts";
import { decodePacket, Packet } from "./packet.ts";
import {
  authenticationHeader,
  extension,
  fragmentHeader,
  frame,
  ipv4,
  ipv6,
  tcp,
  udp,
  vxlan,
} from "../../tests/support/packet_builder.ts";

const RAW = 101;
const UDP = 17;

/** A part of a datagram: where it starts, where it stops, whether more follow. */
interface Part {
  readonly start: number;
  readonly stop: number;
  readonly more: boolean;
}

/** How a datagram is sent in fragments. */
interface Sender {
  readonly name: string;
  fragment(data: Uint8Array, part: Part, id: number): Uint8Array;
}

const V4: Sender = {
  name: "IPv4",
  fragment: (data, { start, stop, more }, id) =>
    ipv4(
      { protocol: UDP, id, fragment: (more ? 0x2000 : 0) | start / 8 },
      data.subarray(start, stop),
    ),
};

const V6: Sender = {
  name: "IPv6",
  fragment: (data, { start, stop, more }, id) =>
    ipv6(
      { protocol: 44 },
      fragmentHeader(UDP, start | (more ? 1 : 0), id, data.subarray(start, stop)),
    ),
};

const V6_WITH_OPTIONS: Sender = {
  name: "IPv6 with extension headers",
  fragment: (data, { start, stop, more }, id) =>
    ipv6(
      { protocol: 0 },
      extension(
        51,
        authenticationHeader(
          44,
          fragmentHeader(UDP, start | (more ? 1 : 0), id, data.subarray(start, stop)),
        ),
      ),
    ),
};

const SENDERS = [V4, V6, V6_WITH_OPTIONS];

/** A UDP datagram whose payload tells its bytes apart. */
function datagram(length: number): Uint8Array {
  return udp(40001, 53, Uint8Array.from({ length: length - 8 }, (_, index) => index * 7 % 251));
}

/** Cuts `length` bytes at the given places, rounded to what fragments allow. */
function partsOf(length: number, cuts: readonly number[]): Part[] {
  const places = [...new Set(cuts.map((cut) => Math.floor(cut % length / 8) * 8))]
    .filter((place) => place > 0)
    .sort((a, b) => a - b);
  const starts = [0, ...places];
  return starts.map((start, index) => {
    const stop = starts[index + 1] ?? length;
    return { start, stop, more: stop < length };
  });
}

/** Decodes a fragment and hands it to the table; the packet when it became a whole datagram. */
function add(table: FragmentTable, bytes: Uint8Array, micros = 1): Packet | undefined {
  const packet = new Packet();
  assert.ok(decodePacket(packet, bytes.slice(), 0, bytes.length, bytes.length, micros, RAW));
  assert.ok(packet.isFragment);
  return table.reassemble(packet) ? packet : undefined;
}

/** The transport header and payload of a packet. */
function transportOf({ bytes, l4Offset, l4Length }: Packet): Uint8Array {
  return bytes.slice(l4Offset, l4Offset + l4Length);
}

for (const sender of SENDERS) {
  Deno.test(`FragmentTable puts ${sender.name} together in any order, with duplicates`, () => {
    fc.assert(fc.property(
      fc.integer({ min: 16, max: 4000 }),
      fc.array(fc.nat(), { minLength: 1, maxLength: 8 }),
      fc.array(fc.nat(), { minLength: 1, maxLength: 20 }),
      (length, cuts, order) => {
        const data = datagram(length);
        const parts = partsOf(length, cuts);
        if (parts.length < 2) return;
        const table = new FragmentTable();
        // Some come twice, all of them at least once.
        const left = new Set(parts);
        const sequence = [...order.map((index) => parts[index % parts.length]!), ...parts];
        for (const part of sequence) {
          left.delete(part);
          const packet = add(table, sender.fragment(data, part, 7));
          assert.equal(packet !== undefined, left.size === 0);
          if (packet === undefined) continue;
          assert.deepEqual(transportOf(packet), data);
          assert.equal(packet.sourcePort, 40001);
          assert.equal(packet.payloadLength, length - 8);
          assert.equal(packet.isFragment, false);
          assert.equal(packet.captured, packet.bytes.length);
          break;
        }
        assert.equal(table.size, 0);
        assert.equal(table.counts.reassembled, 1);
      },
    ));
  });
}

Deno.test("FragmentTable keeps datagrams apart by addresses, protocol and identification", () => {
  const data = datagram(48);
  const [first, last] = partsOf(48, [24]) as [Part, Part];
  const table = new FragmentTable();
  const fields = { protocol: UDP, fragment: 0x2000 };
  const head = data.subarray(0, 24);
  assert.equal(add(table, ipv4({ ...fields, id: 1 }, head)), undefined);
  assert.equal(add(table, ipv4({ ...fields, id: 2 }, head)), undefined);
  assert.equal(add(table, ipv4({ ...fields, id: 1, source: "192.0.2.9" }, head)), undefined);
  assert.equal(add(table, ipv4({ ...fields, id: 1, protocol: 6 }, head)), undefined);
  assert.equal(add(table, V6.fragment(data, first, 1)), undefined);
  assert.equal(table.size, 5);
  assert.ok(add(table, V4.fragment(data, last, 2)));
  assert.ok(add(table, V6.fragment(data, last, 1)));
  assert.ok(add(table, V4.fragment(data, last, 1)));
  assert.equal(table.size, 2);
});

Deno.test("FragmentTable takes what came first where fragments overlap", () => {
  const data = datagram(48);
  const other = datagram(48).fill(0xff, 8);
  const table = new FragmentTable();
  add(table, V4.fragment(data, { start: 16, stop: 32, more: true }, 7));
  add(table, V4.fragment(other, { start: 8, stop: 40, more: true }, 7));
  add(table, V4.fragment(data, { start: 0, stop: 8, more: true }, 7));
  const packet = add(table, V4.fragment(other, { start: 32, stop: 48, more: false }, 7))!;
  const expected = other.slice();
  expected.set(data.subarray(0, 8), 0);
  expected.set(data.subarray(16, 32), 16);
  assert.deepEqual(transportOf(packet), expected);
  assert.equal(table.counts.overlapping, 2);
});

Deno.test("FragmentTable rejects fragments that contradict those before them", () => {
  const data = datagram(64);
  const table = new FragmentTable();
  add(table, V4.fragment(data, { start: 8, stop: 48, more: true }, 7));
  // An end before what there is, then the right one, then bytes beyond it.
  add(table, V4.fragment(data, { start: 24, stop: 40, more: false }, 7));
  assert.equal(table.counts.rejected, 1);
  add(table, V4.fragment(data, { start: 48, stop: 56, more: false }, 7));
  add(table, V4.fragment(data, { start: 48, stop: 64, more: true }, 7));
  add(table, V4.fragment(data, { start: 48, stop: 64, more: false }, 7));
  assert.equal(table.counts.rejected, 3);
  const packet = add(table, V4.fragment(data, { start: 0, stop: 8, more: true }, 7))!;
  assert.deepEqual(transportOf(packet), data.slice(0, 56));
});

Deno.test("FragmentTable holds no more than a datagram's length of fragments that overlap", () => {
  const table = new FragmentTable();
  const data = new Uint8Array(65528);
  // Each brings eight bytes that are new.
  for (let start = 65520; start > 65520 - 8 * 100; start -= 8) {
    add(table, V4.fragment(data, { start: start - 8192, stop: start, more: true }, 7));
  }
  assert.equal(table.counts.rejected, 100 - 7);
});

Deno.test("FragmentTable rejects fragments that no host sends, and those that were cut", () => {
  const table = new FragmentTable();
  const refused = [
    // A length that is no multiple of eight, no length, an end beyond 64 KiB.
    ipv4({ protocol: UDP, fragment: 0x2000 }, new Uint8Array(13)),
    ipv4({ protocol: UDP, fragment: 0x0001 }, new Uint8Array(0)),
    ipv4({ protocol: UDP, fragment: 0x1fff }, new Uint8Array(16)),
    // Not all of it was captured.
    ipv4({ protocol: UDP, fragment: 0x2000 }, new Uint8Array(24)).subarray(0, 36),
    ipv6({ protocol: 44 }, fragmentHeader(UDP, 1, 1, new Uint8Array(24))).subarray(0, 64),
  ];
  for (const bytes of refused) assert.equal(add(table, bytes), undefined);
  assert.equal(table.counts.rejected, refused.length);
  assert.equal(table.size, 0);
});

Deno.test("FragmentTable refuses datagrams that are longer than IP can say", () => {
  const table = new FragmentTable();
  const data = new Uint8Array(65528);
  for (let start = 0; start < data.length; start += 8192) {
    const part = { start, stop: Math.min(start + 8192, data.length), more: true };
    add(table, V4.fragment(data, { ...part, more: part.stop < data.length }, 7));
  }
  assert.deepEqual([table.counts.reassembled, table.counts.rejected, table.size], [0, 1, 0]);
  const longest = datagram(65515);
  let packet: Packet | undefined;
  for (let start = 0; start < longest.length; start += 8192) {
    const stop = Math.min(start + 8192, longest.length);
    packet = add(table, V4.fragment(longest, { start, stop, more: stop < longest.length }, 8));
  }
  assert.deepEqual(transportOf(packet!), longest);
});

Deno.test("FragmentTable gives datagrams up after 30 s of packet time, and when time runs back", () => {
  const data = datagram(48);
  const [first, last] = partsOf(48, [24]) as [Part, Part];
  const table = new FragmentTable();
  add(table, V4.fragment(data, first, 1), 100_000_000);
  assert.ok(add(table, V4.fragment(data, last, 1), 130_000_000));
  add(table, V4.fragment(data, first, 2), 100_000_000);
  assert.equal(add(table, V4.fragment(data, last, 2), 130_000_001), undefined);
  assert.equal(table.counts.expired, 1);
  assert.equal(table.size, 1);
  add(table, V4.fragment(data, first, 3), 5);
  assert.equal(table.counts.expired, 2);
  assert.equal(table.size, 1);
});

Deno.test("FragmentTable holds 256 datagrams and gives up the oldest", () => {
  const data = datagram(48);
  const [first, last] = partsOf(48, [24]) as [Part, Part];
  const table = new FragmentTable();
  for (let id = 0; id < 300; id++) add(table, V4.fragment(data, first, id));
  assert.equal(table.size, 256);
  assert.equal(table.counts.evicted, 44);
  assert.ok(add(table, V4.fragment(data, last, 44)));
  assert.equal(add(table, V4.fragment(data, last, 43)), undefined);
});

Deno.test("FragmentTable memory stays flat under a flood", () => {
  const table = new FragmentTable();
  const fragment = ipv4({ protocol: UDP, fragment: 0x1ff0 }, new Uint8Array(8));
  const packet = new Packet();
  for (let id = 0; id < 20_000; id++) {
    fragment[4] = id >> 8;
    fragment[5] = id & 0xff;
    decodePacket(packet, fragment, 0, fragment.length, fragment.length, id, RAW);
    table.reassemble(packet);
  }
  assert.equal(table.size, 256);
  assert.equal(table.counts.evicted, 20_000 - 256);
});

Deno.test("FragmentTable looks into the tunnel that came in fragments", () => {
  const inner = frame(ipv4({}, tcp({ sourcePort: 4444, flags: 2 })));
  const data = udp(50000, 4789, vxlan(inner));
  const table = new FragmentTable();
  const [first, last] = partsOf(data.length, [32]) as [Part, Part];
  add(table, V4.fragment(data, last, 7));
  const packet = add(table, V4.fragment(data, first, 7))!;
  assert.equal(packet.sourcePort, 4444);
  assert.equal(packet.encapsulated, true);
});

Deno.test("FragmentTable remembers that fragments came in a tunnel", () => {
  const data = datagram(48);
  const table = new FragmentTable();
  const [first, last] = partsOf(48, [24]) as [Part, Part];
  add(table, ipv4({ protocol: 4 }, V4.fragment(data, first, 7)));
  const packet = add(table, ipv4({ protocol: 4 }, V4.fragment(data, last, 7)))!;
  assert.equal(packet.encapsulated, true);
  assert.deepEqual(transportOf(packet), data);
});

Deno.test("FragmentTable puts fragments of fragments together", () => {
  const data = datagram(48);
  const table = new FragmentTable();
  const [first, last] = partsOf(48, [24]) as [Part, Part];
  const sent = [first, last].map((part) => V4.fragment(data, part, 7));
  let packet: Packet | undefined;
  for (const [id, inner] of sent.entries()) {
    for (const { start, stop, more } of partsOf(inner.length, [24])) {
      packet = add(
        table,
        ipv4(
          { protocol: 4, id: 100 + id, fragment: (more ? 0x2000 : 0) | start / 8 },
          inner.subarray(start, stop),
        ),
      );
    }
  }
  assert.deepEqual(transportOf(packet!), data);
  assert.equal(packet!.encapsulated, true);
});

Deno.test("FragmentTable never throws, whatever the fragments say", () => {
  const fragment = fc.record({
    version: fc.boolean(),
    start: fc.nat({ max: 40 }),
    length: fc.nat({ max: 60 }),
    more: fc.boolean(),
    changes: fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 3 }),
  });
  fc.assert(fc.property(fc.array(fragment, { maxLength: 30 }), (fragments) => {
    const table = new FragmentTable();
    const packet = new Packet();
    const data = datagram(600);
    for (const { version, start, length, more, changes } of fragments) {
      const part = { start: start * 8, stop: start * 8 + length, more };
      const bytes = (version ? V4 : V6_WITH_OPTIONS).fragment(data, part, 7);
      for (const [at, value] of changes) bytes[at % bytes.length] = value;
      if (!decodePacket(packet, bytes, 0, bytes.length, bytes.length, 1, RAW)) continue;
      if (packet.isFragment) table.reassemble(packet);
    }
  }));
});
