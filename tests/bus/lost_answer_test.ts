/** Exchanges that took place, of which the answer was lost. */
import assert from "node:assert/strict";
import { jetstreamManager } from "@nats-io/jetstream";
import { parseBusAddress } from "../../lib/bus/bus_address.ts";
import { connectBus } from "../../lib/bus/bus_connection.ts";
import { KvStore } from "../../lib/bus/kv_store.ts";
import { ABSENT } from "../../lib/store/state_store.ts";
import { decnet, parseEvents } from "../support/decnet.ts";
import { NatsProxy } from "../support/nats_proxy.ts";
import { startNatsHub } from "../support/nats_server.ts";
import { testNeeding } from "../support/requirements.ts";
import { Fleet, fleetArguments, rotations } from "../support/rotating_fleet.ts";
import { tempFolder } from "../support/temp_folder.ts";

/** Answers that are lost in a run: some of each kind of exchange that a rotation consists of. */
const LOSSES = 3;

testNeeding(
  ["nats-server"],
  "KvStore.compareAndSet() knows what took place, though the answer was lost",
  async () => {
    await using hub = await startNatsHub();
    await using proxy = new NatsProxy(hub.port);
    const store = await KvStore.open(parseBusAddress(`${proxy.url}/fleet`), "test");
    const other = await KvStore.open(parseBusAddress(`${hub.url}/fleet`), "test");
    proxy.losses = 1;
    assert.equal(await store.compareAndSet("k", ABSENT, "made"), true);
    proxy.losses = 1;
    assert.equal(await store.compareAndSet("k", 1, "changed"), true);
    assert.deepEqual(await other.get("k"), { key: "k", value: "changed", revision: 2 });
    assert.equal(await other.compareAndSet("k", 2, "by another"), true);
    assert.equal(await store.compareAndSet("k", 2, "too late"), false);
    proxy.losses = 1;
    assert.equal(await store.compareAndSet("k", 3, undefined), true);
    assert.equal(await other.get("k"), undefined);
    assert.equal(await store.compareAndSet("k", ABSENT, "again"), true);
    assert.equal(proxy.lost, 3);
    store.close();
    other.close();
  },
);

testNeeding(
  ["nats-server"],
  "KvStore.compareAndSet() knows its own of a hub that has forgotten the ids of messages",
  async () => {
    await using hub = await startNatsHub();
    await using proxy = new NatsProxy(hub.port);
    const store = await KvStore.open(parseBusAddress(`${proxy.url}/fleet`), "test");
    const connection = await connectBus(parseBusAddress(hub.url), { name: "test" });
    const { streams } = await jetstreamManager(connection);
    // Less than the client waits for an answer, so that the message is "too late" when it comes again.
    const { config } = await streams.info("KV_fleet");
    await streams.update("KV_fleet", { ...config, duplicate_window: 100 * 1_000_000 });
    await connection.close();
    proxy.losses = 1;
    assert.equal(await store.compareAndSet("k", ABSENT, "made"), true);
    assert.equal(proxy.lost, 1);
    assert.deepEqual(await store.get("k"), { key: "k", value: "made", revision: 1 });
    store.close();
  },
);

testNeeding(
  ["nats-server"],
  "a rotation whose exchanges lose their answers is told of once",
  async () => {
    await using folder = await tempFolder();
    await using hub = await startNatsHub();
    await using proxy = new NatsProxy(hub.port);
    await using fleet = new Fleet(2);
    const probe = async (sensor: string, url: string) => {
      await Deno.mkdir(`${folder.path}/${sensor}`, { recursive: true });
      const args = fleetArguments(fleet, `${folder.path}/${sensor}`);
      const state = args.indexOf("--state") + 1;
      const run = await decnet([...args.with(state, `${url}/fleet`), "--sensor", sensor]);
      assert.equal(run.code, 0, run.stderr);
      assert.doesNotMatch(run.stderr, /fleet:/, "the store failed");
    };
    await probe("edge-1", hub.url);
    fleet.generation = 1;
    proxy.losses = LOSSES;
    await Promise.all([probe("edge-1", proxy.url), probe("edge-2", hub.url)]);
    await probe("edge-2", proxy.url);
    assert.ok(proxy.lost > 0);
    const logs = await Promise.all(
      ["edge-1", "edge-2"].map((sensor) => Deno.readTextFile(`${folder.path}/${sensor}/out.json`)),
    );
    const told = logs.flatMap((log) => rotations(parseEvents(log)));
    assert.deepEqual(
      told.map(({ fields }) => fields["target_port"]).toSorted(),
      fleet.ports.toSorted(),
    );
  },
);
