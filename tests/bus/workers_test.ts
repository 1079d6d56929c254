/** A long-running verb as systemd, Prometheus and a hub see it. */
import assert from "node:assert/strict";
import { parseBusAddress } from "../../lib/bus/bus_address.ts";
import { connectBus } from "../../lib/bus/bus_connection.ts";
import { ensureHealthStream } from "../../lib/bus/bus_health.ts";
import { decnet } from "../support/decnet.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free_port.ts";
import { LIVE, startLiveSniffer } from "../support/live_sniffer.ts";
import { startNatsHub } from "../support/nats_server.ts";
import { networkNamespace } from "../support/network_namespace.ts";
import { parsePrometheus } from "../support/prometheus_parser.ts";
import { testNeeding } from "../support/requirements.ts";
import { RunningDecnet } from "../support/running_decnet.ts";
import { tempFolder } from "../support/temp_folder.ts";

/** Prints each datagram that comes to a UNIX socket, which Deno cannot receive, as a line of JSON. */
const RECEIVER = `
import json, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print("bound", flush=True)
while True:
    print(json.dumps(s.recv(65536).decode()), flush=True)
`;

function watchArgs(folder: string): string[] {
  return [
    ...["probe", "--from-log", `${folder}/decnet.json`, "--watch", "--sensor", "edge.1"],
    ...["--state", `${folder}/state.db`],
  ];
}

testNeeding(
  ["nats-server"],
  "workers reports to a hub are shown, and are told to stop",
  async () => {
    await using folder = await tempFolder();
    await using hub = await startNatsHub();
    const address = parseBusAddress(hub.url);
    const connection = await connectBus(address, { name: "test" });
    await ensureHealthStream(connection, address);
    await connection.close();
    const list = async (...args: string[]) => {
      const { code, stdout } = await decnet(["workers", "--hub", hub.url, ...args]);
      return { code, workers: stdout.split("\n").filter(Boolean).map((line) => JSON.parse(line)) };
    };
    assert.deepEqual(await list(), { code: 0, workers: [] });
    const { stderr } = await decnet(["workers", "--hub", hub.url]);
    assert.match(stderr, /^decnet: no worker has reported yet;.*--hub.*\n$/);
    const unknown = await list("sniff@edge.1");
    assert.equal(unknown.code, 1);
    assert.equal(unknown.workers[0].status, "UNKNOWN");

    const foreign = await decnet(["workers", "--hub", `${hub.url}/other`]);
    assert.equal(foreign.code, 1);
    assert.match(foreign.stderr, /stream there is for another prefix\n {2}hint: \?stream=NAME/);

    await using run = new RunningDecnet([...watchArgs(folder.path), "--hub", hub.url]);
    await eventually(async () => (await list()).workers.length === 1);
    const { code, workers } = await list();
    assert.equal(code, 0);
    assert.equal(workers[0].worker, "probe");
    assert.equal(workers[0].sensor, "edge.1");
    assert.equal(workers[0].status, "OK");
    assert.equal(workers[0].counters.targets, 0);
    assert.equal((await list("--stop", "probe@edge.1")).code, 0);
    assert.equal((await run.end()).code, 0);
  },
);

testNeeding(["nats-server"], "a hub that is not there delays nothing", async () => {
  await using folder = await tempFolder();
  const gone = `nats://127.0.0.1:${freePort()}`;
  await using run = new RunningDecnet([
    ...watchArgs(folder.path),
    ...["--hub", gone, "--json"],
  ]);
  await run.stdout.until((text) => text.includes("prober_startup"));
  run.kill("SIGTERM");
  assert.equal((await run.end()).code, 0);
});

testNeeding(LIVE, "a sniffer that is no longer root reports all the same", async () => {
  await using folder = await tempFolder();
  await using namespace = await networkNamespace();
  // What its new user may not read.
  const creds = `${folder.path}/hub.creds`;
  await Deno.writeTextFile(creds, "looked at once the hub asks", { mode: 0o600 });
  const hub = `nats://127.0.0.1:${freePort()}?creds=${creds}`;
  const reports = ["--hub", hub, "--metrics", "127.0.0.1:9090"];
  await using run = await startLiveSniffer(namespace, "-i", "far", ...reports);
  const scrape = `fetch("http://127.0.0.1:9090/metrics").then((a) => a.text()).then(console.log)`;
  const text = await namespace.run(Deno.execPath(), "eval", scrape);
  const families = parsePrometheus(`${text.trim()}\n`);
  assert.equal(families.get("decnet_packets_total")?.samples[0]?.labels["verb"], "sniff");
  assert.match(run.stderr.text, /captures on far as nobody/);
  run.kill("SIGTERM");
  assert.equal((await run.end()).code, 0);
});

testNeeding(["python3"], "systemd and Prometheus hear from a verb that runs for long", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/notify`;
  const receiver = new Deno.Command("python3", {
    args: ["-c", RECEIVER, path],
    stdout: "piped",
  }).spawn();
  try {
    let heard = "";
    const reader = receiver.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const until = async (part: string) => {
      while (!heard.includes(part)) {
        const { value, done } = await reader.read();
        assert.ok(!done, heard);
        heard += value;
      }
    };
    await until("bound");
    const port = freePort();
    await using run = new RunningDecnet(
      [...watchArgs(folder.path), "--metrics", `127.0.0.1:${port}`],
      { env: { NOTIFY_SOCKET: path, WATCHDOG_USEC: "100000" } },
    );
    await until("READY=1");
    await until("WATCHDOG=1");
    const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
    const families = parsePrometheus(await answer.text());
    assert.deepEqual(families.get("decnet_targets_total")?.samples, [
      { name: "decnet_targets_total", labels: { verb: "probe", sensor: "edge.1" }, value: 0 },
    ]);
    run.kill("SIGTERM");
    assert.equal((await run.end()).code, 0);
    await until("STOPPING=1");
    await reader.cancel();
  } finally {
    receiver.kill("SIGKILL");
    await receiver.status;
  }
});
