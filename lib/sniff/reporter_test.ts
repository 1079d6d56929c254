import assert from "node:assert/strict";
import type { Event } from "../event/event.ts";
import { parseJsonEvent, toJsonLine } from "../event/json.ts";
import { writeRfc5424 } from "../event/rfc5424_writer.ts";
import { AddressSet, parseCidr } from "../net/address_range.ts";
import { Dedup } from "./dedup.ts";
import { Home } from "./home.ts";
import { Reporter, type Sighting } from "./reporter.ts";

const DECOYS = new Home(
  new Map([["192.0.2.1", "web"]]),
  new AddressSet([parseCidr("192.0.2.0/24")!]),
);

function reporter({ home = DECOYS, window = 0 } = {}) {
  const events: Event[] = [];
  const made = new Reporter({
    sensor: "sensor",
    home,
    dedup: new Dedup(window),
    onEvent: (event) => events.push(event),
  });
  return { made, events };
}

function sighting(source: string, destination: string, more: Partial<Sighting> = {}): Sighting {
  const endpoints = {
    source,
    sourcePort: 40000,
    destination,
    destinationPort: 443,
    transport: "tcp",
    communityId: "1:abc=",
  } as const;
  return {
    eventType: "tls_client_hello",
    micros: 1_700_000_000_123_456,
    packet: 7,
    endpoints,
    fields: { ja3: "x", sni: undefined },
    dedup: "x",
    ...more,
  };
}

function roles(home: Home, source: string, destination: string) {
  const { made, events } = reporter({ home });
  made.report(sighting(source, destination));
  const [event] = events;
  return event && [event.decky, event.attacker_ip, event.fields["direction"]];
}

Deno.test("Reporter says who touched which decoy", () => {
  assert.deepEqual(roles(DECOYS, "203.0.113.5", "192.0.2.1"), ["web", "203.0.113.5", undefined]);
  assert.deepEqual(
    roles(DECOYS, "203.0.113.5", "192.0.2.9"),
    ["192.0.2.9", "203.0.113.5", undefined],
  );
});

Deno.test("Reporter calls nobody an attacker where a decoy opens, also to another decoy", () => {
  assert.deepEqual(roles(DECOYS, "192.0.2.1", "203.0.113.5"), ["web", "Unknown", "outbound"]);
  assert.deepEqual(roles(DECOYS, "192.0.2.1", "192.0.2.9"), ["web", "Unknown", "outbound"]);
});

Deno.test("Reporter takes who opens for the attacker where no decoys are known", () => {
  assert.deepEqual(
    roles(new Home(), "192.0.2.1", "203.0.113.5"),
    ["203.0.113.5", "192.0.2.1", undefined],
  );
});

Deno.test("Reporter counts what happens between others, and tells nothing", () => {
  const { made, events } = reporter();
  made.report(sighting("203.0.113.5", "203.0.113.6"));
  assert.deepEqual([events.length, made.outside, made.counts.size], [0, 1, 0]);
});

Deno.test("Reporter gives events time, ends and fields, and leaves out what is undefined", () => {
  const { made, events } = reporter();
  made.report(sighting("203.0.113.5", "192.0.2.1"));
  const [event] = events;
  assert.equal(event!.timestamp, "2023-11-14T22:13:20.123456Z");
  assert.deepEqual(
    parseJsonEvent(toJsonLine(event!))!.fields,
    Object.assign(Object.create(null), {
      src_ip: "203.0.113.5",
      src_port: 40000,
      dst_ip: "192.0.2.1",
      dst_port: 443,
      proto: "tcp",
      ja3: "x",
      community_id: "1:abc=",
    }),
  );
  assert.doesNotMatch(writeRfc5424(event!), /undefined/);
  assert.equal(event!.service, "sniffer");
  assert.deepEqual([...made.counts], [["tls_client_hello", 1]]);
});

Deno.test("Reporter gives the same ids at each reading, and others to other packets", () => {
  const idOf = (more: Partial<Sighting>) => {
    const { made, events } = reporter();
    made.report(sighting("203.0.113.5", "192.0.2.1", more));
    return events[0]!.event_id;
  };
  assert.equal(idOf({}), idOf({}));
  const ids = [idOf({}), idOf({ packet: 8 }), idOf({ micros: 1 }), idOf({ eventType: "dhcp" })];
  assert.equal(new Set(ids).size, ids.length);
});

Deno.test("Reporter tells the sightings of one packet apart, whether they are news or not", () => {
  const idsWith = (window: number) => {
    const { made, events } = reporter({ window });
    for (const dedup of ["x", "x", "y"]) {
      made.report(sighting("203.0.113.5", "192.0.2.1", { dedup }));
    }
    return events.map(({ event_id }) => event_id);
  };
  const all = idsWith(0);
  assert.equal(new Set(all).size, 3);
  assert.deepEqual(idsWith(300_000_000), [all[0], all[2]]);
});

Deno.test("Reporter makes no fields of what is no news", () => {
  const { made, events } = reporter({ window: 300_000_000 });
  let calls = 0;
  const fields = () => ({ calls: ++calls });
  for (let index = 0; index < 3; index++) {
    made.report(sighting("203.0.113.5", "192.0.2.1", { fields }));
  }
  assert.deepEqual([events.length, calls], [1, 1]);
});

Deno.test("Reporter tells the same again for another decoy, and for another target of a decoy", () => {
  const { made, events } = reporter({ window: 300_000_000 });
  for (const destination of ["192.0.2.1", "192.0.2.2", "192.0.2.1"]) {
    made.report(sighting("203.0.113.5", destination));
  }
  assert.deepEqual(events.map(({ decky }) => decky), ["web", "192.0.2.2"]);
  for (const target of ["203.0.113.1", "203.0.113.2", "203.0.113.1"]) {
    made.report(sighting("192.0.2.1", target));
  }
  assert.deepEqual(
    events.slice(2).map(({ fields }) => fields["dst_ip"]),
    ["203.0.113.1", "203.0.113.2"],
  );
});
