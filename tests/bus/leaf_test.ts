/** A sensor behind a leaf node, with the configurations of contrib/nats. */
import assert from "node:assert/strict";
import { connectBus } from "../../lib/bus/bus_connection.ts";
import { ensureStream } from "../../lib/bus/event_stream.ts";
import { createEvent } from "../../lib/event/create.ts";
import { toJsonLine } from "../../lib/event/json.ts";
import { decnet, parseEvents } from "../support/decnet.ts";
import { NatsProxy } from "../support/nats_proxy.ts";
import { shippedHub } from "../support/nats_shipped_hub.ts";
import { type Requirement, testNeeding } from "../support/requirements.ts";
import { RunningDecnet } from "../support/running_decnet.ts";
import { startServer } from "../support/server_process.ts";
import { tempFolder } from "../support/temp_folder.ts";

const CONFIGURATION = new URL("../../contrib/nats/leaf.conf", import.meta.url);

/** Starts the leaf node as it is shipped, with its hub at another port. */
async function shippedLeaf(hubPort: number) {
  await using parts = new AsyncDisposableStack();
  const folder = parts.use(await tempFolder());
  const path = `${folder.path}/leaf.conf`;
  const shipped = await Deno.readTextFile(CONFIGURATION);
  const remote = "tls://edge-1:change-me@hub.example.org:7422";
  assert.ok(shipped.includes(remote));
  const changed = shipped.replace(
    remote,
    `nats-leaf://edge-1:secret-of-EDGE_1@127.0.0.1:${hubPort}`,
  );
  await Deno.writeTextFile(path, changed);
  const server = await startServer({
    command: "nats-server",
    args: (port) => ["-c", path, "-a", "127.0.0.1", "-p", String(port)],
  });
  parts.use(server);
  const moved = parts.move();
  return {
    url: `nats://edge-1@127.0.0.1:${server.port}`,
    [Symbol.asyncDispose]: () => moved.disposeAsync(),
  };
}

/** Python reads YAML. */
const PYTHON_YAML: Requirement = {
  unmet: () => {
    try {
      const { success } = new Deno.Command("python3", { args: ["-c", "import yaml"] }).outputSync();
      return success ? undefined : "no python3-yaml";
    } catch {
      return "no python3";
    }
  },
};

const EVENTS = 400;

function lines(first: number): string {
  return Array.from({ length: EVENTS }, (_, index) =>
    `${
      toJsonLine(createEvent({
        time: 1_700_000_000_000_000 + (first + index) * 1000,
        sensor: "edge-1",
        decky: "web-1",
        service: "ssh",
        eventType: "auth_attempt",
        fields: { n: first + index },
        origin: String(first + index),
      }))
    }\n`).join("");
}

testNeeding(
  ["nats-server"],
  "events go through a leaf node into the hub's stream; a link that is cut loses none",
  async () => {
    await using folder = await tempFolder();
    await using hub = await shippedHub();
    await using link = new NatsProxy(hub.leafPort);
    await using leaf = await shippedLeaf(link.port);
    const analyst = await connectBus(hub.analyst, { name: "test" });
    await ensureStream(analyst, hub.analyst);
    await analyst.close();
    const path = `${folder.path}/in.json`;
    const write = (first: number) => Deno.writeTextFile(path, lines(first), { append: true });
    await write(0);
    await using shipper = new RunningDecnet([
      ...["tail", path, "--to", leaf.url, "--cursor", `${folder.path}/out`],
    ]);
    await using reader = new RunningDecnet(["tail", hub.analystUrl, "--from-start"]);
    const read = (count: number) => reader.stdout.until((text) => text.split("\n").length > count);
    await read(EVENTS);
    link.cut();
    await write(EVENTS);
    await shipper.stderr.until((text) => text.includes("it is tried again"));
    link.mend();
    await read(2 * EVENTS);
    for (const run of [shipper, reader]) {
      run.kill("SIGTERM");
      assert.equal((await run.end()).code, 0);
    }
    assert.deepEqual(
      parseEvents(reader.stdout.text).map(({ fields }) => fields["n"]),
      Array.from({ length: 2 * EVENTS }, (_, index) => index),
    );
    // What stands behind the leaf node is no more than the account that it has on the hub.
    const spy = await decnet(["tail", leaf.url, "--no-follow", "--from-start"]);
    assert.equal(spy.code, 1);
    assert.equal(spy.stdout, "");
  },
);

/** Prints what a YAML file holds as JSON. */
const YAML_TO_JSON = "import json, sys, yaml; print(json.dumps(yaml.safe_load(sys.stdin)))";

testNeeding(
  [PYTHON_YAML],
  "compose.yaml starts the hub with its configuration, its passwords and its ports",
  async () => {
    const path = new URL("../../contrib/nats/compose.yaml", import.meta.url);
    const python = new Deno.Command("python3", {
      args: ["-c", YAML_TO_JSON],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const writer = python.stdin.getWriter();
    await writer.write(await Deno.readFile(path));
    await writer.close();
    const { stdout } = await python.output();
    const { services, volumes } = JSON.parse(new TextDecoder().decode(stdout));
    const { hub } = services;
    const configuration = await Deno.readTextFile(new URL("hub.conf", path));
    const passwords = configuration.match(/(?<=\$)DECNET_\w+_PASSWORD\b(?= *,? *permissions)/g);
    assert.deepEqual(hub.environment.toSorted(), [...new Set(passwords)].toSorted());
    const ports = [...configuration.matchAll(/^ *listen: "0\.0\.0\.0:(\d+)"/gm)];
    assert.deepEqual(hub.ports, ports.map(([, port]) => `${port}:${port}`));
    const [file, store] = hub.volumes.map((volume: string) => volume.split(":"));
    assert.ok(hub.command.includes(file[1]));
    assert.ok(store[0] in volumes);
    assert.ok(configuration.includes(`store_dir: "${store[1]}"`));
  },
);
