/** `tail` and `profile` as workers of a fleet: what they tell, and what they do when they are told. */
import assert from "node:assert/strict";
import { parseBusAddress } from "../../lib/bus/bus_address.ts";
import { connectBus } from "../../lib/bus/bus_connection.ts";
import { ensureHealthStream } from "../../lib/bus/bus_health.ts";
import { ensureStream } from "../../lib/bus/event_stream.ts";
import { decnet } from "../support/decnet.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free_port.ts";
import { type NatsHub, startNatsHub } from "../support/nats_server.ts";
import { numberedCommands } from "../support/numbered_events.ts";
import { parsePrometheus } from "../support/prometheus_parser.ts";
import { testNeeding } from "../support/requirements.ts";
import { RunningDecnet } from "../support/running_decnet.ts";
import { tempFolder } from "../support/temp_folder.ts";

/** Events of ten attackers with numbers from `first` on. */
const log = (count: number, first = 0) => numberedCommands(first, count, 10);

/** Values of `/metrics` by name, each with the labels that it must have. */
async function metrics(port: number, verb: string): Promise<Record<string, number>> {
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`).catch(() => undefined);
  if (answer === undefined) return {};
  const families = parsePrometheus(await answer.text());
  return Object.fromEntries([...families].map(([name, { samples }]) => {
    assert.equal(samples.length, 1, name);
    assert.equal(samples[0]!.labels["verb"], verb);
    assert.equal(samples[0]!.labels["sensor"], 'edge "1"');
    return [name, samples[0]!.value];
  }));
}

/** A hub that keeps events and reports, and what `decnet workers` says of it. */
async function fleetHub() {
  const hub = await startNatsHub();
  const address = parseBusAddress(hub.url);
  const connection = await connectBus(address, { name: "test" });
  await ensureStream(connection, address);
  await ensureHealthStream(connection, address);
  await connection.close();
  return hub;
}

async function workers(hub: NatsHub, ...args: string[]) {
  const { code, stdout, stderr } = await decnet(["workers", "--hub", hub.url, ...args]);
  const lines = stdout.split("\n").filter(Boolean).map((line) => JSON.parse(line));
  return { code, lines, stderr };
}

testNeeding(
  ["nats-server"],
  "tail --to nats:// tells what it read, shipped and has still to do",
  async () => {
    await using folder = await tempFolder();
    await using hub = await fleetHub();
    const path = `${folder.path}/in.json`;
    await Deno.writeTextFile(path, log(700));
    const port = freePort();
    await using run = new RunningDecnet([
      ...["tail", path, "--to", hub.url, "--cursor", `${folder.path}/cursor`],
      ...["--hub", hub.url, "--metrics", `127.0.0.1:${port}`, "--sensor", 'edge "1"'],
    ]);
    const now = () => metrics(port, "tail");
    await eventually(async () => (await now())["decnet_events_shipped_total"] === 700);
    const told = await now();
    assert.equal(told["decnet_events_read_total"], 700);
    assert.equal(told["decnet_batches_shipped_total"], 2);
    assert.equal(told["decnet_retries_total"], 0);
    assert.equal(told["decnet_lag_events"], 0);
    assert.equal(told["decnet_lag_bytes"], 0);

    // A hub that is away: what comes is read, and waits.
    await hub.stop();
    await Deno.writeTextFile(path, log(10, 700), { append: true });
    const size = new TextEncoder().encode(log(10, 700)).length;
    await eventually(async () => (await now())["decnet_lag_events"] === 10);
    await eventually(async () => (await now())["decnet_retries_total"]! > 0);
    assert.equal((await now())["decnet_lag_bytes"], size);
    await hub.start();
    await eventually(async () => (await now())["decnet_lag_bytes"] === 0);
    assert.equal((await now())["decnet_events_shipped_total"], 710);

    // Its connection for reports comes back by itself.
    const name = 'tail@edge "1"';
    const reloaded = async () => (await workers(hub, "--reload", name)).lines[0].answer;
    await eventually(async () => await reloaded() === "has nothing to reload");
    const shown = async () => (await workers(hub, name)).lines[0];
    await eventually(async () => (await shown()).counters?.eventsShipped === 710);
    assert.equal((await shown()).status, "OK");
    assert.equal((await shown()).gauges.lagBytes, 0);
    const stopped = await workers(hub, "--stop", name);
    assert.deepEqual([stopped.code, stopped.lines[0].answer], [0, "stops"]);
    assert.equal((await run.end()).code, 0);

    const gone = await workers(hub, "--stop", name);
    assert.equal(gone.code, 1);
    assert.match(gone.stderr, /not all of them answered/);
  },
);

testNeeding(
  ["nats-server"],
  "profile --watch tells what it read, of how many, and has still to read",
  async () => {
    await using folder = await tempFolder();
    await using hub = await fleetHub();
    const path = `${folder.path}/in.json`;
    await Deno.writeTextFile(path, log(50));
    const port = freePort();
    const out = `${folder.path}/out`;
    await using run = new RunningDecnet([
      ...[
        "profile",
        path,
        "--watch",
        "--interval",
        "1h",
        "--db",
        `${folder.path}/p.db`,
        "--out",
        out,
      ],
      ...["--hub", hub.url, "--metrics", `127.0.0.1:${port}`, "--sensor", 'edge "1"'],
    ]);
    const now = () => metrics(port, "profile");
    await eventually(async () => (await now())["decnet_events_total"] === 50);
    assert.equal((await now())["decnet_attackers_touched_total"], 10);
    assert.equal((await now())["decnet_lag_bytes"], 0);
    await Deno.writeTextFile(path, log(5, 50), { append: true });
    assert.equal((await now())["decnet_lag_bytes"], new TextEncoder().encode(log(5, 50)).length);

    await eventually(async () => (await workers(hub)).lines.length === 1);
    await eventually(async () => (await Deno.stat(`${out}.json`)).size > 0);
    await Deno.rename(`${out}.json`, `${out}.json.1`);
    const name = 'profile@edge "1"';
    const reloaded = await workers(hub, "--reload", name);
    assert.deepEqual([reloaded.code, reloaded.lines[0].answer], [0, "reloaded"]);
    await eventually(async () => (await workers(hub, name)).lines[0].counters.events === 50);
    assert.equal((await workers(hub, "--stop", name)).code, 0);
    assert.equal((await run.end()).code, 0);
  },
);

testNeeding(
  ["nats-server"],
  "parts of a profile have names of their own, and tell what the hub has",
  async () => {
    await using folder = await tempFolder();
    await using hub = await fleetHub();
    const path = `${folder.path}/in.json`;
    await Deno.writeTextFile(path, log(300));
    const shipped = await decnet(["tail", path, "--no-follow", "--from-start", "--to", hub.url]);
    assert.equal(shipped.code, 0, shipped.stderr);
    const start = (part: number) =>
      new RunningDecnet([
        ...["profile", hub.url, "--watch", "--partition", `${part}/2`, "--sensor", "a"],
        ...["--db", `${folder.path}/${part}.db`, "--hub", hub.url],
      ]);
    await using one = start(1);
    await using two = start(2);
    const events = async () => {
      const { lines } = await workers(hub, "--reload", "profile-1-2@a", "profile-2-2@a");
      if (lines.some(({ answer }) => answer !== "has nothing to reload")) return 0;
      const shown = (await workers(hub, "profile-1-2@a", "profile-2-2@a")).lines;
      if (shown.some(({ gauges }) => gauges?.lagEvents !== 0)) return 0;
      return shown.reduce((sum, { counters }) => sum + counters.events, 0);
    };
    await eventually(async () => await events() === 300);
    await workers(hub, "--stop", "profile-1-2@a", "profile-2-2@a");
    assert.deepEqual([(await one.end()).code, (await two.end()).code], [0, 0]);
  },
);

Deno.test("a receiver that is away shows in what tail tells, also of HTTP", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/in.json`;
  await Deno.writeTextFile(path, log(20));
  const [port, receiver] = [freePort(), freePort()];
  await using run = new RunningDecnet([
    ...["tail", path, "--from-start", "--to", `http://127.0.0.1:${receiver}/`],
    ...["--metrics", `127.0.0.1:${port}`, "--sensor", 'edge "1"'],
  ]);
  const now = () => metrics(port, "tail");
  await eventually(async () => (await now())["decnet_retries_total"]! > 0);
  assert.equal((await now())["decnet_lag_events"], 20);
  assert.equal((await now())["decnet_lag_bytes"], (await Deno.stat(path)).size);
  await using _server = Deno.serve(
    { hostname: "127.0.0.1", port: receiver, onListen: () => {} },
    async (request) => {
      await request.text();
      return new Response();
    },
  );
  await eventually(async () => (await now())["decnet_lag_events"] === 0);
  assert.equal((await now())["decnet_lag_bytes"], 0);
  run.kill("SIGTERM");
  assert.equal((await run.end()).code, 0);
});

Deno.test("reports are for verbs that stay", async () => {
  for (const args of [["tail", "--no-follow", "x"], ["profile", "x"]]) {
    const { code, stderr } = await decnet([...args, "--hub", "nats://127.0.0.1:1"]);
    assert.equal(code, 2, stderr);
    assert.match(stderr, /--hub and --metrics are for/);
  }
});
