import fc from "fast-check";
import assert from "node:assert/strict";
import { address } from "../../tests/support/packet_builder.ts";
import { concatBytes } from "../bytes.ts";
import { Packet } from "../net/packet.ts";
import { Flow, HOST_WORDS } from "./flow.ts";
import { FLAG, FLAGS, HASH, LAST, PACKETS } from "./flow_record.ts";
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
    /** Times of the last packets of the flows that ended. */
    const told: number[] = [];
    const table: FlowTable = new FlowTable(max, (record) => told.push(lastOf(record)));
    const lastOf = (record: number) => table.doubles[record + LAST >> 1]!;
    /** Time of the last packet and record, in order of that time. */
    const model = new Map<string, { last: number; record: number }>();
    const ended: number[] = [];
    const drop = (key: string) => {
      ended.push(model.get(key)!.last);
      model.delete(key);
    };
    let now = 0;
    for (const { ends: [source, destination], protocol, action, pause } of steps) {
      now += pause;
      if (action === "expire") {
        table.expire(now - 30);
        for (const [key, { last }] of [...model]) if (last < now - 30) drop(key);
        continue;
      }
      const names = [source, destination].map(({ host, port }) => `${host} ${port}`);
      const key = [...names.sort(), protocol].join();
      const known = model.get(key);
      if (known === undefined && model.size === max) drop([...model.keys()][0]!);
      const record = table.find(packetBetween(source, destination, protocol, now));
      assert.equal(table.fresh, known === undefined);
      if (known === undefined) {
        assert.ok(![...model.values()].some((other) => other.record === record), "taken");
        assert.equal(table.words[record + PACKETS], 0);
        assert.equal(lastOf(record), now);
      } else {
        assert.equal(record, known.record);
      }
      table.doubles[record + LAST >> 1] = now;
      table.words[record + PACKETS]!++;
      model.delete(key);
      model.set(key, { last: now, record });
      const { fromA } = table;
      assert.equal(table.find(packetBetween(destination, source, protocol)), record, "way back");
      if (names[0] !== names[1]) assert.equal(table.fromA, !fromA);
      if (action === "remove") {
        table.remove(record);
        drop(key);
      }
      assert.equal(table.size, model.size);
    }
    assert.deepEqual(told, ended);
    const rest = [...model.values()].map(({ last }) => last);
    table.clear();
    assert.deepEqual(told.slice(ended.length), rest);
    assert.equal(table.size, 0);
    assert.ok(table.highWater <= max);
  }));
});

/** Both ends, either way round, for IPv4 and IPv6. */
function* pairs(): Generator<[End, End]> {
  for (const [left, right] of [["192.0.2.1", "203.0.113.9"], ["2001:db8::1", "fe80::9:1"]]) {
    const ends: [End, End] = [{ host: left!, port: 5 }, { host: right!, port: 65_535 }];
    yield ends;
    yield [ends[1], ends[0]];
  }
}

Deno.test("Flow knows the addresses and ports of a record in both directions", () => {
  const table = new FlowTable(10, () => {});
  for (const [source, destination] of pairs()) {
    const record = table.find(packetBetween(source, destination));
    table.words[record + FLAGS] = table.fromA ? 0 : FLAG.openerIsB;
    const flow = table.flow(record);
    for (const [from, to] of [[source, destination], [destination, source]] as const) {
      const { endpoints } = flow;
      assert.deepEqual(
        [endpoints.source, endpoints.sourcePort, endpoints.destination, endpoints.destinationPort],
        [from.host, from.port, to.host, to.port],
      );
      assert.equal(flow.destinationPort, to.port);
      assert.equal(endpoints.transport, "tcp");
      assert.match(endpoints.communityId!, /^1:/);
      flow.turn();
      assert.equal(flow.turned, from === source);
    }
  }
});

Deno.test("Flow.putHosts() tells the same hosts by the same numbers, whatever the ports", () => {
  const seen = new Set<string>();
  for (const [source, destination] of pairs()) {
    const table = new FlowTable(10, () => {});
    const numbers = [source.port, 7].map((port) => {
      const record = table.find(packetBetween({ ...source, port }, destination));
      if (!table.fromA) table.words[record + FLAGS]! |= FLAG.openerIsB;
      const hosts = new Int32Array(HOST_WORDS);
      table.flow(record).putHosts(hosts);
      return hosts.join();
    });
    assert.equal(numbers[0], numbers[1]);
    seen.add(numbers[0]!);
  }
  assert.equal(seen.size, 4, "who opened makes a difference");
});

Deno.test("Flow can be of a packet that is none of the record's", () => {
  const table = new FlowTable(10, () => {});
  const [source, destination] = [{ host: "192.0.2.1", port: 5 }, { host: "192.0.2.2", port: 7 }];
  const record = table.find(packetBetween(source, destination, 6, 1000));
  const apart = new Flow(table, record, { fromA: !table.fromA, micros: 2000 });
  assert.equal(apart.endpoints.source, "192.0.2.2");
  assert.equal(apart.lastMicros, 2000);
  assert.equal(table.flow(record).lastMicros, 1000);
});

Deno.test("FlowTable.flow() gives what it was told to keep, until the flow ends", () => {
  const table = new FlowTable(10, () => {});
  const packet = packetBetween({ host: "192.0.2.1", port: 5 }, { host: "192.0.2.2", port: 7 });
  const record = table.find(packet);
  const flow = table.flow(record);
  assert.notEqual(table.flow(record), flow);
  table.keep(flow);
  assert.equal(table.flow(record), flow);
  table.forget(flow);
  assert.notEqual(table.flow(record), flow);
  table.keep(flow);
  table.remove(record);
  assert.equal(table.find(packet), record, "the record is used again");
  assert.notEqual(table.flow(record), flow);
});

Deno.test("FlowTable spreads addresses that differ where a XOR of words would not tell", () => {
  const count = 20_000;
  const table = new FlowTable(count, () => {});
  const hashes = new Set<number>();
  const destination = { host: "2001:db8::1", port: 443 };
  for (let index = 0; index < count; index++) {
    const group = index.toString(16);
    const source = { host: `2001:${group}:2001:${group}::1`, port: 1 };
    hashes.add(table.words[table.find(packetBetween(source, destination)) + HASH]!);
  }
  assert.equal(table.size, count);
  assert.ok(hashes.size > count * 0.99, `${hashes.size} hashes`);
});

Deno.test("FlowTable.glance() shows each record, and the flow that is kept where there is one", () => {
  const table = new FlowTable(10, () => {});
  const records = [5, 6].map((port) =>
    table.find(packetBetween({ host: "192.0.2.1", port }, { host: "192.0.2.2", port: 443 }))
  );
  const ports = () => records.map((record) => table.glance(record).endpoints.sourcePort);
  assert.deepEqual(ports(), [5, 6]);
  assert.deepEqual(records.map((record) => table.kept(record)), [undefined, undefined]);
  const flow = table.flow(records[0]!);
  table.keep(flow);
  assert.equal(table.glance(records[0]!), flow);
  assert.equal(table.kept(records[0]!), flow);
  assert.deepEqual(ports(), [5, 6]);
});

Deno.test("FlowTable leaves nothing of an IPv6 flow in the record that an IPv4 flow takes over", () => {
  const ends = ([source, destination]: readonly [string, string]) =>
    packetBetween({ host: source, port: 1 }, { host: destination, port: 2 });
  const hostsOf = (pairs: readonly (readonly [string, string])[]) => {
    const table = new FlowTable(1, () => {});
    const records = pairs.map((pair) => table.find(ends(pair)));
    const hosts = new Int32Array(HOST_WORDS);
    new Flow(table, records.at(-1)!).putHosts(hosts);
    return hosts;
  };
  const v4 = ["192.0.2.1", "192.0.2.2"] as const;
  const v6 = ["2001:db8::1", "2001:db8:1:2:3::1"] as const;
  assert.deepEqual(hostsOf([v6, v4]), hostsOf([v4]));
  assert.deepEqual(hostsOf([v4, v6]), hostsOf([v6]));
});
