/** The hub's configuration in contrib/nats: what a sensor may do, and what it may not. */
import assert from "node:assert/strict";
import type { NatsConnection } from "@nats-io/transport-node";
import { parseBusAddress } from "../../lib/bus/bus_address.ts";
import { connectBus } from "../../lib/bus/bus_connection.ts";
import { ensureHealthStream } from "../../lib/bus/bus_health.ts";
import { readBusEvents } from "../../lib/bus/event_reader.ts";
import { ensureStream, EventPublisher } from "../../lib/bus/event_stream.ts";
import { KvStore } from "../../lib/bus/kv_store.ts";
import { ABSENT } from "../../lib/store/state_store.ts";
import { testNeeding } from "../support/requirements.ts";
import { startServer } from "../support/server_process.ts";
import { tempFolder } from "../support/temp_folder.ts";

const CONFIGURATION = new URL("../../contrib/nats/hub.conf", import.meta.url);

/** Starts a hub as it is shipped, at another port and with its store elsewhere. */
async function shippedHub() {
  const folder = await tempFolder();
  const path = `${folder.path}/hub.conf`;
  const shipped = await Deno.readTextFile(CONFIGURATION);
  await Deno.writeTextFile(path, shipped.replace("/var/lib/nats", `${folder.path}/js`));
  const server = await startServer({
    command: "env",
    args: (port) => [
      ...["ANALYST", "PROBER", "EDGE_1"].map((name) => `DECNET_${name}_PASSWORD=secret-of-${name}`),
      ...["nats-server", "-c", path, "-a", "127.0.0.1", "-p", String(port)],
    ],
  });
  const address = (user: string, password: string) =>
    parseBusAddress(`nats://${user}:secret-of-${password}@127.0.0.1:${server.port}`);
  return {
    analyst: address("analyst", "ANALYST"),
    prober: address("prober", "PROBER"),
    sensor: address("edge-1", "EDGE_1"),
    stranger: address("edge-1", "nobody"),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

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
    const connect = async (address: typeof hub.analyst) => {
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
