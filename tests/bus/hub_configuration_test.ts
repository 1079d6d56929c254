/** The hub's configuration in contrib/nats: what a sensor may do, and what it may not. */
import assert from "node:assert/strict";
import type { NatsConnection } from "@nats-io/transport-node";
import type { BusAddress } from "../../lib/bus/bus_address.ts";
import { connectBus } from "../../lib/bus/bus_connection.ts";
import { BusHealth, ensureHealthStream, sendControl } from "../../lib/bus/bus_health.ts";
import { readBusEvents } from "../../lib/bus/event_reader.ts";
import { EventPublisher } from "../../lib/bus/event_publisher.ts";
import { ensureStream } from "../../lib/bus/event_stream.ts";
import { KvStore } from "../../lib/bus/kv_store.ts";
import { ABSENT } from "../../lib/store/state_store.ts";
import { eventually } from "../support/eventually.ts";
import { shippedHub } from "../support/nats_shipped_hub.ts";
import { testNeeding } from "../support/requirements.ts";

const EVENT = {
  event_id: "01ARZ3NDEKTSV4RRFFQ69G5FAV",
  decky: "web",
  service: "ssh",
  event_type: "auth_attempt",
  line: new TextEncoder().encode('{"n":1}'),
};

/** Whether the hub hands messages of `subject` to this connection. */
async function hears(connection: NatsConnection, from: NatsConnection, subject: string) {
  let heard = false;
  let refused = false;
  const subscription = connection.subscribe(subject.replace(/[^.]+$/, "*"), {
    callback: (error) => {
      if (error === null) heard = true;
      else refused = true;
    },
  });
  // What was asked for has been answered when the answer to a ping comes.
  await connection.flush();
  from.publish(subject, "hello");
  await from.flush();
  await connection.flush();
  subscription.unsubscribe();
  return { heard, refused };
}

testNeeding(
  ["nats-server"],
  "a sensor's account publishes events, and can do nothing else",
  async () => {
    await using hub = await shippedHub();
    await using parts = new AsyncDisposableStack();
    const connect = async (address: BusAddress) => {
      const connection = await connectBus(address, { name: "test" });
      parts.defer(() => connection.close());
      return connection;
    };
    const analyst = await connect(hub.analyst);
    await ensureStream(analyst, hub.analyst);
    await ensureHealthStream(analyst, hub.analyst);
    const sensor = await connect(hub.sensor);

    const publisher = await EventPublisher.over(sensor, hub.sensor);
    assert.deepEqual(await publisher.publish([EVENT]), { stored: 1, failure: undefined });
    const read = [];
    for await (const batch of readBusEvents(analyst, hub.analyst, { start: { at: "beginning" } })) {
      read.push(new TextDecoder().decode(batch.bytes));
    }
    assert.deepEqual(read, ['{"n":1}\n']);

    for (const subject of ["decnet.attacker.scored", "decnet.system.log", "_INBOX.analyst.x"]) {
      assert.deepEqual(
        await hears(sensor, analyst, subject),
        { heard: false, refused: true },
        subject,
      );
    }
    for (
      const subject of ["decnet.system.sniff.edge-2.health", "decnet.system.sniff.edge-2.control"]
    ) {
      const { heard } = await hears(analyst, sensor, subject);
      assert.equal(heard, false, subject);
    }
    assert.equal((await hears(analyst, sensor, "decnet.system.sniff.edge-1.health")).heard, true);
    await assert.rejects(async () => {
      for await (const _ of readBusEvents(sensor, hub.sensor, { start: { at: "beginning" } }));
    });
    await assert.rejects(KvStore.open(hub.sensor, "test"));
  },
);

testNeeding(
  ["nats-server"],
  "a prober's account shares the state, and a wrong password opens nothing",
  async () => {
    await using hub = await shippedHub();
    const stores = [await KvStore.open(hub.prober, "one"), await KvStore.open(hub.prober, "two")];
    assert.equal(await stores[0]!.compareAndSet("fingerprint/x", ABSENT, 1), true);
    assert.equal(await stores[1]!.compareAndSet("fingerprint/x", ABSENT, 2), false);
    const found = await Array.fromAsync(stores[1]!.scan("fingerprint/"), ({ value }) => value);
    assert.deepEqual(found, [1]);
    for (const store of stores) store.close();
    await assert.rejects(connectBus(hub.stranger, { name: "test" }), /authorization|auth/i);
  },
);

testNeeding(
  ["nats-server"],
  "a sensor that is told to reload answers who asked, and nobody else",
  async () => {
    await using hub = await shippedHub();
    await using parts = new AsyncDisposableStack();
    const analyst = await connectBus(hub.analyst, { name: "test" });
    parts.defer(() => analyst.close());
    const worker = { worker: "sniff", sensor: "edge-1" };
    const asked: string[] = [];
    const dial = await BusHealth.prepare(hub.sensor, worker, () => {});
    parts.use(
      BusHealth.start(hub.sensor, dial, {
        report: () => ({
          ...{ ...worker, ts: Date.now(), version: "1", pid: 1, uptime: 1 },
          ...{ counters: {}, gauges: {} },
        }),
        onControl: (action) => {
          asked.push(action);
          return `did ${action}`;
        },
      }),
    );
    await eventually(async () =>
      await sendControl(analyst, hub.analyst, worker, "reload") === "did reload"
    );
    assert.deepEqual(new Set(asked), new Set(["reload"]));
    const nobody = { worker: "sniff", sensor: "edge-2" };
    assert.equal(await sendControl(analyst, hub.analyst, nobody, "stop"), undefined);
    const sensor = await connectBus(hub.sensor, { name: "test" });
    parts.defer(() => sensor.close());
    assert.equal((await hears(analyst, sensor, "_INBOX.analyst.x")).heard, false);
  },
);
