import fc from "fast-check";
import assert from "node:assert/strict";
import { address } from "../../tests/support/packet_builder.ts";
import { concatBytes } from "../bytes.ts";
import { Packet } from "../net/packet.ts";
import type { Flow } from "./flow.ts";
import { FlowTable } from "./flow_table.ts";

/** One end of a flow. */
interface End {
  readonly host: string;
  readonly port: number;
}

function packetBetween(source: End, destination: End, protocol = 6, micros = 0): Packet {
  const packet = new Packet();
  const from = address(source.host);
  packet.bytes = concatBytes(from, address(destination.host));
  packet.addressLength = from.length;
  packet.ipVersion = from.length === 4 ? 4 : 6;
  packet.destinationOffset = from.length;
  packet.sourcePort = source.port;
  packet.destinationPort = destination.port;
  packet.protocol = protocol;
  packet.micros = micros;
  return packet;
}

const PORT = fc.constantFrom(0, 1, 443, 40000, 65535);
const V4 = fc.constantFrom("192.0.2.1", "192.0.2.2", "255.255.255.255", "0.0.0.0", "128.0.0.1");
const V6 = fc.constantFrom("2001:db8::1", "2001:db8:0:1::1", "::c000:201", "ffff::", "::");
const end = (host: fc.Arbitrary<string>) => fc.record({ host, port: PORT });
const ENDS = fc.oneof(fc.tuple(end(V4), end(V4)), fc.tuple(end(V6), end(V6)));

const STEPS = fc.array(
  fc.record({
    ends: ENDS,
    protocol: fc.constantFrom(6, 17),
    action: fc.constantFrom("find", "find", "find", "find", "remove", "expire"),
    pause: fc.integer({ min: 0, max: 20 }),
  }),
  { maxLength: 120 },
);

Deno.test("FlowTable does what a Map with eviction and expiry does", () => {
  fc.assert(fc.property(STEPS, fc.integer({ min: 1, max: 12 }), (steps, max) => {
    const told: Flow[] = [];
    const table = new FlowTable(max, (flow) => told.push(flow));
    /** In order of the last packet. */
    const model = new Map<string, Flow>();
    const ended: Flow[] = [];
    const drop = (key: string) => {
      ended.push(model.get(key)!);
      model.delete(key);
    };
    let now = 0;
    for (const { ends: [source, destination], protocol, action, pause } of steps) {
      now += pause;
      if (action === "expire") {
        table.expire(now - 30);
        for (const [key, flow] of [...model]) if (flow.lastMicros < now - 30) drop(key);
        continue;
      }
      const names = [source, destination].map(({ host, port }) => `${host} ${port}`);
      const key = [...names.sort(), protocol].join();
      const known = model.get(key);
      if (known === undefined && model.size === max) drop([...model.keys()][0]!);
      const flow = table.find(packetBetween(source, destination, protocol, now));
      flow.lastMicros = now;
      if (known === undefined) assert.ok(![...model.values(), ...ended].includes(flow), "not new");
      else assert.equal(flow, known);
      model.delete(key);
      model.set(key, flow);
      const { fromA } = table;
      assert.equal(table.find(packetBetween(destination, source, protocol)), flow, "way back");
      if (names[0] !== names[1]) assert.equal(table.fromA, !fromA);
      if (action === "remove") {
        table.remove(flow);
        drop(key);
      }
      assert.equal(table.size, model.size);
    }
    assert.deepEqual(told, ended);
    const rest = [...model.values()];
    table.clear();
    assert.deepEqual(told.slice(ended.length), rest);
    assert.equal(table.size, 0);
    assert.ok(table.highWater <= max);
  }));
});

Deno.test("FlowTable knows the addresses and ports of a flow in both directions", () => {
  const table = new FlowTable(10, () => {});
  for (const [left, right] of [["192.0.2.1", "203.0.113.9"], ["2001:db8::1", "fe80::9:1"]]) {
    for (const ends of [[left!, right!], [right!, left!]]) {
      const [source, destination] = [{ host: ends[0]!, port: 5 }, { host: ends[1]!, port: 7 }];
      const flow = table.find(packetBetween(source, destination));
      flow.opener = table.fromA ? 1 : 2;
      const { endpoints } = flow;
      assert.deepEqual(
        [endpoints.source, endpoints.sourcePort, endpoints.destination, endpoints.destinationPort],
        [ends[0], 5, ends[1], 7],
      );
      assert.match(endpoints.communityId!, /^1:/);
    }
  }
});

Deno.test("FlowTable spreads addresses that differ where a XOR of words would not tell", () => {
  const count = 20_000;
  const table = new FlowTable(count, () => {});
  const hashes = new Set<number>();
  const destination = { host: "2001:db8::1", port: 443 };
  for (let index = 0; index < count; index++) {
    const group = index.toString(16);
    const source = { host: `2001:${group}:2001:${group}::1`, port: 1 };
    hashes.add(table.find(packetBetween(source, destination)).hash);
  }
  assert.equal(table.size, count);
  assert.ok(hashes.size > count * 0.99, `${hashes.size} hashes`);
});
