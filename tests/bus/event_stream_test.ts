/** Events through the stream of a real hub. */
import assert from "node:assert/strict";
import { type BusAddress, parseBusAddress } from "../../lib/bus/bus_address.ts";
import { BusError } from "../../lib/bus/bus_error.ts";
import { ensureHealthStream } from "../../lib/bus/bus_health.ts";
import { connectBus } from "../../lib/bus/bus_connection.ts";
import { type BusReadOptions, readBusEvents } from "../../lib/bus/event_reader.ts";
import { EventPublisher } from "../../lib/bus/event_publisher.ts";
import type { OutgoingEvent } from "../../lib/bus/outgoing_event.ts";
import { ensureStream } from "../../lib/bus/event_stream.ts";
import { KvStore } from "../../lib/bus/kv_store.ts";
import { startNatsHub } from "../support/nats_server.ts";
import { testNeeding } from "../support/requirements.ts";

function event(number: number): OutgoingEvent {
  return {
    event_id: String(number).padStart(26, "0"),
    decky: number % 2 === 0 ? "web" : "a.b",
    service: "sniffer",
    event_type: "tls_session",
    line: new TextEncoder().encode(JSON.stringify({ n: number })),
  };
}

function events(count: number, first = 0): OutgoingEvent[] {
  return Array.from({ length: count }, (_, index) => event(first + index));
}

async function connected(address: BusAddress) {
  const connection = await connectBus(address, { name: "test" });
  return Object.assign(connection, { [Symbol.asyncDispose]: () => connection.close() });
}

async function read(address: BusAddress, options: BusReadOptions): Promise<number[]> {
  await using connection = await connected(address);
  const numbers: number[] = [];
  for await (const { bytes } of readBusEvents(connection, address, options)) {
    for (const line of new TextDecoder().decode(bytes).trimEnd().split("\n")) {
      numbers.push(JSON.parse(line).n);
    }
  }
  return numbers;
}

function upTo(count: number, first = 0): number[] {
  return Array.from({ length: count }, (_, index) => first + index);
}

testNeeding(
  ["nats-server"],
  "all who make the streams of a new hub at the same moment have them",
  async () => {
    await using hub = await startNatsHub();
    for (const round of upTo(15)) {
      const address = parseBusAddress(`${hub.url}/p${round}?stream=S${round}`);
      await Promise.all(
        upTo(10).map(async () => {
          await using connection = await connected(address);
          await ensureStream(connection, address);
          await ensureHealthStream(connection, address);
          const store = await KvStore.open(parseBusAddress(`${hub.url}/bucket${round}`), "test");
          store.close();
        }),
      );
    }
  },
);

testNeeding(
  ["nats-server"],
  "events come out of the stream in their order, from each start",
  async () => {
    await using hub = await startNatsHub();
    const address = parseBusAddress(hub.url);
    await using connection = await connected(address);
    await ensureStream(connection, address);
    const publisher = await EventPublisher.over(connection, address);
    assert.deepEqual(await publisher.publish(events(2500)), { stored: 2500, failure: undefined });
    assert.deepEqual(await read(address, { start: { at: "beginning" } }), upTo(2500));
    assert.deepEqual(await read(address, { start: { at: "last", count: 7 } }), upTo(7, 2493));
    assert.deepEqual(
      await read(address, { start: { at: "behind", sequence: 2490 } }),
      upTo(10, 2490),
    );
    assert.deepEqual(await read(address, { start: { at: "behind", sequence: 2500 } }), []);
    const future = Date.now() + 60_000;
    assert.deepEqual(await read(address, { start: { at: "time", time: future } }), []);
    assert.deepEqual(await read(address, { start: { at: "time", time: 0 } }), upTo(2500));
  },
);

testNeeding(["nats-server"], "an event that is delivered again is in the stream once", async () => {
  await using hub = await startNatsHub();
  const address = parseBusAddress(`${hub.url}/decnet.edge-1`);
  await using connection = await connected(address);
  await ensureStream(connection, address);
  const publisher = await EventPublisher.over(connection, address);
  await publisher.publish(events(20));
  assert.equal((await publisher.publish(events(30, 10))).stored, 30);
  assert.deepEqual(await read(address, { start: { at: "beginning" } }), upTo(40));
});

testNeeding(
  ["nats-server"],
  "a reader that follows gets what comes, and ends by its signal",
  async () => {
    await using hub = await startNatsHub();
    const address = parseBusAddress(hub.url);
    await using connection = await connected(address);
    await ensureStream(connection, address);
    const publisher = await EventPublisher.over(connection, address);
    await publisher.publish(events(3));
    const stop = new AbortController();
    let seen = 0;
    const options = { start: { at: "beginning" }, follow: true, signal: stop.signal } as const;
    for await (const { lines } of readBusEvents(connection, address, options)) {
      seen += lines;
      if (seen === 3) await publisher.publish(events(4, 3));
      if (seen === 7) stop.abort();
    }
    assert.equal(seen, 7);
  },
);

testNeeding(["nats-server"], "without a stream, publishing says what to do", async () => {
  await using hub = await startNatsHub();
  const address = parseBusAddress(hub.url);
  await using connection = await connected(address);
  const publisher = await EventPublisher.over(connection, address);
  const { stored, failure } = await publisher.publish(events(1));
  assert.equal(stored, 0);
  assert.match(failure?.message ?? "", /no stream takes these subjects/);
  await assert.rejects(read(address, { start: { at: "beginning" } }), /stream not found/);
});

testNeeding(
  ["nats-server"],
  "more copies than there are servers are refused, and it is said how to ask for fewer",
  async () => {
    await using hub = await startNatsHub();
    const address = parseBusAddress(`${hub.url}?replicas=3`);
    await using connection = await connected(address);
    await assert.rejects(ensureStream(connection, address), (error: unknown) => {
      assert.ok(error instanceof BusError);
      assert.match(error.message, /replicas/);
      assert.match(error.hint ?? "", /\?replicas=1/);
      return true;
    });
    await assert.rejects(KvStore.open(address, "test"), /replicas/);
  },
);
