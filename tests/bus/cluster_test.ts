/** A hub of three servers, of which one dies now and then. */
import assert from "node:assert/strict";
import { parseBusAddress } from "../../lib/bus/bus_address.ts";
import { connectBus } from "../../lib/bus/bus_connection.ts";
import { ensureStream } from "../../lib/bus/event_stream.ts";
import { KvStore } from "../../lib/bus/kv_store.ts";
import type { Event } from "../../lib/event/event.ts";
import { toJsonLine } from "../../lib/event/json.ts";
import { updateState } from "../../lib/store/state_store.ts";
import { NatsDelivery } from "../../lib/tail/ship/nats_delivery.ts";
import { decnet, parseEvents } from "../support/decnet.ts";
import { eventually } from "../support/eventually.ts";
import { NatsCluster } from "../support/nats_cluster.ts";
import { numberedCommands, numbersOf } from "../support/numbered_events.ts";
import { testNeeding } from "../support/requirements.ts";
import { RunningDecnet } from "../support/running_decnet.ts";
import { tempFolder } from "../support/temp_folder.ts";

/** Events that are written before and after each death. */
const CHUNK = 1500;

/** Events that are sent together, and how often their leader hands over meanwhile. */
const BATCH = 200;
const HANDOVERS = 4;

const ATTACKERS = 250;

/** Events that may be under way at once: lib/bus/event_publisher.ts. */
const WINDOW = 512;

/**
 * Each number once, in order. Only where a leader hands over in less than a round trip are events that went to
 * the old one overtaken by those behind them, at most a window: the hub has no guard for one of several senders.
 */
function assertWhole(found: readonly unknown[], count: number): void {
  const order = found as number[];
  assert.deepEqual(
    order.toSorted((one, other) => one - other),
    Array.from({ length: count }, (_, index) => index),
  );
  const furthest = Math.max(...order.map((number, index) => Math.abs(number - index)));
  assert.ok(furthest <= WINDOW, `out of place by ${furthest}`);
}

async function makeStream(cluster: NatsCluster): Promise<void> {
  const address = parseBusAddress(cluster.url);
  const connection = await connectBus(address, { name: "test" });
  // Servers that have just found each other may not be ready to keep copies.
  await eventually(() => ensureStream(connection, address).then(() => true, () => false));
  await connection.close();
  await cluster.healed("DECNET");
}

/** Which server is killed. */
const VICTIMS: Readonly<Record<string, (cluster: NatsCluster) => Promise<number>>> = {
  "the stream's leader": (cluster) => cluster.leaderOf("DECNET"),
  "the shipper's server": (cluster) => cluster.serverOf("decnet tail shipper"),
};

for (const [name, find] of Object.entries(VICTIMS)) {
  testNeeding(
    ["nats-server"],
    `${name} is killed while events are shipped and read: each comes once, in order`,
    async () => {
      await using folder = await tempFolder();
      await using cluster = await NatsCluster.start();
      await makeStream(cluster);
      const path = `${folder.path}/in.json`;
      let written = 0;
      const write = async () => {
        await Deno.writeTextFile(path, numberedCommands(written, CHUNK, ATTACKERS), {
          append: true,
        });
        written += CHUNK;
      };
      const profile = async (from: string, db: string) => {
        const run = await decnet(["profile", from, "--db", `${folder.path}/${db}`]);
        assert.equal(run.code, 0, run.stderr);
      };
      const profiles = async (db: string) => {
        const { stdout } = await decnet([
          ...["profile", "--top", "1000", "--db", `${folder.path}/${db}`],
        ]);
        return stdout.split("\n").filter(Boolean).sort();
      };
      await write();
      await using shipper = new RunningDecnet([
        ...["tail", path, "--to", cluster.url, "--cursor", `${folder.path}/out`],
        ...["--sensor", "shipper"],
      ]);
      await using reader = new RunningDecnet(["tail", cluster.url, "--from-start"]);
      const read = (count: number) =>
        reader.stdout.until((text) => text.split("\n").length > count);
      await read(CHUNK);
      const victim = await find(cluster);
      await write();
      await read(written - CHUNK + CHUNK / 10);
      await cluster.kill(victim);
      await write();
      await read(written);
      await profile(cluster.url, "bus.db");
      await cluster.revive(victim);
      await cluster.healed("DECNET");
      await write();
      await read(written);
      for (const run of [shipper, reader]) {
        run.kill("SIGTERM");
        assert.equal((await run.end()).code, 0);
      }
      assertWhole(numbersOf(reader.stdout.text), written);
      const again = await decnet(["tail", cluster.url, "--no-follow", "--from-start"]);
      assertWhole(numbersOf(again.stdout), written);
      await profile(cluster.url, "bus.db");
      await profile(path, "file.db");
      assert.deepEqual(await profiles("bus.db"), await profiles("file.db"));
    },
  );
}

/** Keys that several change at the same time, and how often each of the three changes each. */
const KEYS = 12;
const CHANGES = 5;
const TOTAL = 3 * CHANGES;

testNeeding(
  ["nats-server"],
  "a bucket's leader is killed while several change its keys: each change takes place once",
  async () => {
    await using cluster = await NatsCluster.start();
    const address = parseBusAddress(`${cluster.url}/fleet`);
    let first: KvStore | undefined;
    await eventually(async () => {
      first = await KvStore.open(address, "test").catch(() => undefined);
      return first !== undefined;
    });
    const stores = [
      first!,
      await KvStore.open(address, "test"),
      await KvStore.open(address, "test"),
    ];
    await cluster.healed("KV_fleet");
    // Many keys are on their way when the leader dies. No key is changed more often than the bucket remembers, so
    // that it is known of every exchange whether it took place.
    const keys = Array.from({ length: KEYS }, (_, key) => `fingerprint/${key}`);
    let done = 0;
    const work = stores.flatMap((store) =>
      keys.map(async (key) => {
        for (let round = 0; round < CHANGES; round++) {
          await updateState(store, key, (value) => Number(value ?? 0) + 1);
          done++;
        }
      })
    );
    await eventually(() => done >= work.length * CHANGES / 3);
    await cluster.kill(await cluster.leaderOf("KV_fleet"));
    await Promise.all(work);
    for (const key of keys) {
      const { value, revision } = (await first!.get(key))!;
      assert.deepEqual({ key, value, revision }, { key, value: TOTAL, revision: TOTAL });
    }
    for (const store of stores) store.close();
  },
);

testNeeding(
  ["nats-server"],
  "a leader that hands over while events are on their way: each comes once, in order",
  async () => {
    await using cluster = await NatsCluster.start();
    await makeStream(cluster);
    const address = parseBusAddress(cluster.url);
    const delivery = new NatsDelivery({
      address,
      name: "test",
      write: toJsonLine,
      signal: new AbortController().signal,
      onTrouble: () => {},
      onRecovery: () => {},
      onRefused: () => assert.fail("nothing is refused"),
    });
    let sent = 0;
    let committed = 0;
    let isOver = false;
    const shipping = (async () => {
      while (!isOver) {
        const events = parseEvents(numberedCommands(sent, BATCH, ATTACKERS)) as unknown as Event[];
        await delivery.send({ events, commit: () => committed++ });
        sent += BATCH;
      }
      await delivery.settle();
    })();
    for (let handover = 0; handover < HANDOVERS; handover++) {
      const before = committed;
      await eventually(() => committed > before + 2);
      await cluster.stepDown("DECNET");
    }
    isOver = true;
    await shipping;
    delivery.close();
    assert.equal(committed, sent / BATCH);
    const all = await decnet(["tail", cluster.url, "--no-follow", "--from-start"]);
    assertWhole(numbersOf(all.stdout), sent);
  },
);
