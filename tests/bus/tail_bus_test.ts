/** Logs of sensors through a hub, by the executable. */
import assert from "node:assert/strict";
import { createEvent } from "../../lib/event/create.ts";
import { toJsonLine } from "../../lib/event/json.ts";
import { decnet, parseEvents } from "../support/decnet.ts";
import { startNatsHub } from "../support/nats_server.ts";
import { testNeeding } from "../support/requirements.ts";
import { RunningDecnet } from "../support/running_decnet.ts";
import { tempFolder } from "../support/temp_folder.ts";

const START_MICROS = 1_700_000_000_000_000;

/** A log of a sensor's events with numbers from `first` on. */
function log(sensor: string, count: number, first = 0): string {
  return Array.from({ length: count }, (_, index) =>
    `${
      toJsonLine(createEvent({
        time: START_MICROS + (first + index) * 1000,
        sensor,
        decky: "web-1",
        service: "ssh",
        eventType: "command",
        attackerIp: `192.0.2.${index % 250}`,
        fields: { n: first + index },
        origin: `${sensor} ${first + index}`,
      }))
    }\n`).join("");
}

function numbersBySensor(lines: string): Map<string, unknown[]> {
  const numbers = new Map<string, unknown[]>();
  for (const event of parseEvents(lines)) {
    const { sensor } = event as unknown as { sensor: string };
    numbers.set(sensor, [...numbers.get(sensor) ?? [], event.fields["n"]]);
  }
  return numbers;
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

testNeeding(["nats-server"], "logs of three sensors are one stream, each event once", async () => {
  await using folder = await tempFolder();
  await using hub = await startNatsHub();
  const sensors = ["edge-1", "edge-2", "edge-3"];
  const ship = async (sensor: string, to = hub.url) => {
    const path = `${folder.path}/${sensor}.json`;
    const cursor = ["--cursor", `${folder.path}/${sensor}.cursor`];
    const run = await decnet(["tail", path, "--no-follow", "--to", to, ...cursor]);
    assert.equal(run.code, 0, run.stderr);
  };
  for (const sensor of sensors) {
    await Deno.writeTextFile(`${folder.path}/${sensor}.json`, log(sensor, 700));
  }
  await Promise.all(sensors.map((sensor) => ship(sensor)));
  for (const sensor of sensors) {
    await Deno.writeTextFile(`${folder.path}/${sensor}.json`, log(sensor, 300, 700), {
      append: true,
    });
  }
  // One has lost its place, and sends all of it again.
  await Deno.remove(`${folder.path}/edge-2.cursor`);
  await Promise.all(sensors.map((sensor) => ship(sensor)));

  const all = await decnet(["tail", hub.url, "--no-follow", "--from-start"]);
  assert.equal(all.code, 0, all.stderr);
  const numbers = numbersBySensor(all.stdout);
  for (const sensor of sensors) assert.deepEqual(numbers.get(sensor), upTo(1000), sensor);

  const some = await decnet(["tail", hub.url, "--no-follow", "--from-start", "--ip", "192.0.2.7"]);
  assert.ok(parseEvents(some.stdout).every(({ attacker_ip }) => attacker_ip === "192.0.2.7"));
  assert.equal(parseEvents(some.stdout).length, 3 * 5);
});

testNeeding(["nats-server"], "tail of a stream goes on where its cursor is", async () => {
  await using folder = await tempFolder();
  await using hub = await startNatsHub();
  const path = `${folder.path}/in.json`;
  const ship = ["tail", path, "--no-follow", "--to", hub.url, "--cursor", `${folder.path}/out`];
  const read = async () => {
    const { code, stdout, stderr } = await decnet([
      ...["tail", hub.url, "--no-follow", "--cursor", `${folder.path}/in`],
    ]);
    assert.equal(code, 0, stderr);
    return numbersBySensor(stdout).get("s");
  };
  await Deno.writeTextFile(path, log("s", 20));
  await decnet(ship);
  assert.deepEqual(await read(), upTo(20));
  assert.equal(await read(), undefined);
  await Deno.writeTextFile(path, log("s", 5, 20), { append: true });
  await decnet(ship);
  assert.deepEqual(await read(), [20, 21, 22, 23, 24]);
});

testNeeding(["nats-server"], "a hub that is stopped keeps no event back for ever", async () => {
  await using folder = await tempFolder();
  await using hub = await startNatsHub();
  const path = `${folder.path}/in.json`;
  await Deno.writeTextFile(path, log("s", 50));
  await using shipper = new RunningDecnet([
    ...["tail", path, "--to", hub.url, "--cursor", `${folder.path}/out`],
  ]);
  await using reader = new RunningDecnet(["tail", hub.url, "--from-start"], {});
  const seen = (count: number) => (text: string) => text.split("\n").length > count;
  await reader.stdout.until(seen(50));
  await hub.stop();
  await Deno.writeTextFile(path, log("s", 50, 50), { append: true });
  await shipper.stderr.until((text) => text.includes("it is tried again"));
  await hub.start();
  await reader.stdout.until(seen(100));
  for (const run of [shipper, reader]) {
    run.kill("SIGTERM");
    assert.equal((await run.end()).code, 0);
  }
  assert.deepEqual(numbersBySensor(reader.stdout.text).get("s"), upTo(100));
});

Deno.test("tail says what is wrong with the address of a hub, or that nobody is there", async () => {
  const wrong = await decnet(["tail", "nats://a,,b", "--no-follow"]);
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /^decnet: "nats:\/\/a,,b": "" is no host: [^\n]+\n$/);
  const nobody = await decnet(["tail", "nats://127.0.0.1:1", "--no-follow"]);
  assert.equal(nobody.code, 1);
  assert.match(nobody.stderr, /nats:\/\/127\.0\.0\.1:1/);
});

Deno.test("tail refuses flags that mean nothing to a hub", async () => {
  for (const flags of [["--header", "a: b"], ["--shape", "loki"], ["--ca", "x.pem"]]) {
    const run = await decnet(["tail", "x.json", "--to", "nats://127.0.0.1:1", ...flags]);
    assert.equal(run.code, 2, flags[0]);
    assert.ok(run.stderr.includes(flags[0]!), run.stderr);
  }
});
