/**
 * A fleet in which everybody fails in turn: what it knows at the end is what one machine knows that reads all
 * logs, and each rotation was reported once.
 *
 * DECNET_TEST_FLEET_EVENTS makes it larger, DECNET_TEST_FLEET_OUTAGE_S its outages longer; with
 * DECNET_TEST_FLEET_REPORT a file gets its figures.
 */
import assert from "node:assert/strict";
import { partOf } from "../../lib/profile/partition.ts";
import { parseEvents, type PrintedEvent } from "../support/decnet.ts";
import { FleetWorld, HUB_URL } from "../support/fleet_world.ts";
import type { MortalProcess } from "../support/mortal_process.ts";
import { MAY_MAKE_NAMESPACES } from "../support/network_namespace.ts";
import { dumpOf } from "../support/profile_world.ts";
import { testNeeding } from "../support/requirements.ts";
import { rotations } from "../support/rotating_fleet.ts";

const EVENTS = Number(Deno.env.get("DECNET_TEST_FLEET_EVENTS") ?? 30_000);
const OUTAGE_MS = Number(Deno.env.get("DECNET_TEST_FLEET_OUTAGE_S") ?? 1) * 1000;
const REPORT = Deno.env.get("DECNET_TEST_FLEET_REPORT");

const SIZE = { sensors: 3, workers: 2, hosts: 6, events: EVENTS, attackers: EVENTS / 100 };

/** Shares of the logs that are written before each of the faults, and the rest. */
const STEPS = 10;

/** For anything to come about, beyond what was away for so long: when it passes, it never does. */
const NEVER_AFTER_MS = 180_000 + 4 * OUTAGE_MS;

async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const start = performance.now();
  while (!await condition()) {
    assert.ok(performance.now() - start < NEVER_AFTER_MS, `never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** For how long somebody is away, who must not be noticed to be back. */
function outage(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, OUTAGE_MS));
}

/** The whole lines of a log that is being written. */
async function eventsIn(path: string): Promise<PrintedEvent[]> {
  const text = await Deno.readTextFile(path).catch(() => "");
  return parseEvents(text.slice(0, text.lastIndexOf("\n") + 1));
}

/** `address count` of rotations, sorted. */
function rotationKeys(events: readonly PrintedEvent[]): string[] {
  return rotations(events)
    .map(({ attacker_ip, fields }) => `${attacker_ip} ${fields["rotation_count"]}`).sort();
}

testNeeding(
  ["nats-server", MAY_MAKE_NAMESPACES],
  "a fleet of which everybody fails in turn knows what one machine with all logs knows",
  async () => {
    const begun = performance.now();
    await using world = await FleetWorld.make(SIZE);
    const { logs, server, rotating, shippers, prober, proberShipper, workers } = world;
    const proberLog = `${world.folder}/prober.json`;
    let written = 0;
    const write = () => logs.writeUpTo(Math.min(1, ++written / STEPS));
    let generation = 0;
    const rotate = async () => {
      await rotating.tell(String(++generation));
      await rotating.says(`changed ${generation}`);
    };
    const allRotated = async () => {
      const expected = world.hosts.map((host) => `${host} ${generation}`);
      await until(`rotation ${generation} of all hosts`, async () => {
        const told = new Set(rotationKeys(await eventsIn(proberLog)));
        return expected.every((key) => told.has(key));
      });
    };
    /** A prober that finds no hub when it starts ends: what starts it is to do so again. */
    const proberLives = async (lives: number) => {
      await until(`life ${lives} of the prober`, async () => {
        const events = await eventsIn(proberLog);
        return events.filter(({ event_type }) => event_type === "prober_startup").length >= lives;
      });
    };
    const kill = async (process: MortalProcess) => {
      const writing = write();
      await process.restart();
      await writing;
    };

    await world.startServer();
    rotating.start();
    await rotating.says("listens");
    await write();
    for (const { process } of [...shippers, ...workers]) process.start();
    await until("a first shipment", () => logs.paths.some((path) => world.hasArrived(path)));
    for (const { process } of [prober, proberShipper]) process.start();
    await until("a first probe of all hosts", async () => {
      const seen = new Set((await eventsIn(proberLog)).map(({ attacker_ip }) => attacker_ip));
      return world.hosts.every((host) => seen.has(host));
    });

    for (const { process } of shippers) await kill(process);
    await rotate();
    await until("a first rotation", async () => rotationKeys(await eventsIn(proberLog)).length > 0);
    await kill(prober.process);
    await proberShipper.process.restart();
    await proberLives(2);
    await allRotated();
    for (const { process } of workers) await kill(process);

    await write();
    await server.kill();
    await world.startServer();

    await server.stop();
    await rotate();
    await write();
    await outage();
    await world.startServer();
    await allRotated();

    for (const { host } of [shippers[1]!, workers[0]!]) await host.cut();
    await write();
    await outage();
    for (const { host } of [shippers[1]!, workers[0]!]) await host.mend();
    await rotate();
    await allRotated();

    await logs.writeUpTo(1);
    assert.equal(await prober.process.stop(), 0, prober.process.printed);
    for (const path of world.shipped) await until(`all of ${path}`, () => world.hasArrived(path));
    const arrived = performance.now();
    for (const { process } of [...shippers, proberShipper, ...workers]) {
      assert.equal(await process.stop(), 0, process.printed);
    }
    for (const index of workers.keys()) await world.decnet(...world.readArguments(index));

    // The stream holds what the logs hold.
    const expected = (await Promise.all(world.shipped.map(eventsIn))).flat();
    const stream = parseEvents(await world.decnet("tail", HUB_URL, "--no-follow", "--from-start"));
    const ids = (events: readonly PrintedEvent[]) => events.map(({ event_id }) => event_id).sort();
    assert.equal(stream.length, expected.length);
    assert.deepEqual(ids(stream), ids(expected));
    assert.ok(stream.length > logs.size);

    // Each rotation once.
    const counts = Array.from({ length: generation }, (_, index) => index + 1);
    const all = world.hosts.flatMap((host) => counts.map((count) => `${host} ${count}`));
    assert.deepEqual(rotationKeys(stream), all.sort());

    // The profiles are those of one machine.
    const one = `${world.folder}/all.json`;
    for (const path of world.shipped) {
      await Deno.writeFile(one, await Deno.readFile(path), { append: true });
    }
    await world.decnet("profile", one, "--db", `${world.folder}/one.db`);
    const stores = [...workers.keys()].map((index) => world.store(index));
    await world.decnet("profile", "merge", "--db", `${world.folder}/all.db`, ...stores);
    const known = (await dumpOf(`${world.folder}/all.db`)).replaceAll(
      `${HUB_URL}:4222#DECNET`,
      one,
    );
    const right = await dumpOf(`${world.folder}/one.db`);
    const knownLines = known.split("\n");
    for (const [at, line] of right.split("\n").entries()) assert.equal(knownLines[at], line);
    assert.equal(known.length, right.length);

    // Each attacker was told of by its owner.
    for (const index of workers.keys()) {
      const told = await eventsIn(`${world.workerLog(index)}.json`);
      const scored = told.filter(({ event_type }) => event_type === "attacker_scored");
      assert.ok(scored.length > 0);
      for (const { attacker_ip } of scored) {
        assert.equal(partOf(attacker_ip, SIZE.workers), index + 1, attacker_ip);
      }
    }
    await server.stop();
    if (REPORT !== undefined) await report(world, stream.length, (arrived - begun) / 1000);
  },
);

/** The figures of a run. */
async function report(world: FleetWorld, events: number, seconds: number): Promise<void> {
  const roles: readonly (readonly [string, MortalProcess])[] = [
    ["server", world.server],
    ...world.shippers.map(({ process }, index) => [`sensor ${index + 1}`, process] as const),
    ["prober", world.prober.process],
    ["prober's log", world.proberShipper.process],
    ...world.workers.map(({ process }, index) => [`worker ${index + 1}`, process] as const),
  ];
  const lines = [
    `${events} events in ${seconds.toFixed(1)} s, outages of ${OUTAGE_MS / 1000} s`,
    ...roles.map(([name, { peakMemory, cpu }]) =>
      `${name}: ${(peakMemory / 1024 ** 2).toFixed(0)} MiB, ${cpu.toFixed(1)} s of CPU`
    ),
  ];
  await Deno.writeTextFile(REPORT!, `${lines.join("\n")}\n`, { append: true });
}
