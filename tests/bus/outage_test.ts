/**
 * A hub that is away. What an hour of that comes to is the log that grows meanwhile, and attempts that come
 * every 30 s at the most (lib/back_off.ts): so a log that is larger than what memory may grow by,
 * and some attempts, show what an hour does. DECNET_OUTAGE_MB makes the log larger.
 */
import assert from "node:assert/strict";
import { parseBusAddress } from "../../lib/bus/bus_address.ts";
import { connectBus } from "../../lib/bus/bus_connection.ts";
import { readBusEvents, streamState } from "../../lib/bus/event_reader.ts";
import { createEvent } from "../../lib/event/create.ts";
import { toJsonLine } from "../../lib/event/json.ts";
import { pcap } from "../support/capture_builder.ts";
import { numberedLines } from "../support/collect_files.ts";
import { decnet } from "../support/decnet.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free_port.ts";
import { type NatsHub, startNatsHub } from "../support/nats_server.ts";
import { testNeeding } from "../support/requirements.ts";
import { RunningDecnet } from "../support/running_decnet.ts";
import { helloFor, TcpTalk } from "../support/tcp_talk.ts";
import { tempFolder } from "../support/temp_folder.ts";

const MIB = 1024 * 1024;

/** How large the log gets while the hub is away. */
const LOG_BYTES = Number(Deno.env.get("DECNET_OUTAGE_MB") ?? 80) * MIB;

/** Attempts to reach the hub after the log has grown. */
const ATTEMPTS = 1;

/** By how much the memory of a process may grow: half of the log. */
const MOST_GROWTH = 40 * MIB;

/** Lines of decoys. */
const COLLECTED = 500;
const LINES = numberedLines(COLLECTED);

/** A command line of an attacker, so long that a large log has few events. */
const LONG = "x".repeat(15_000);

function line(number: number, text: string): string {
  const event = createEvent({
    time: 1_700_000_000_000_000 + number * 1000,
    sensor: "edge-1",
    decky: "web-1",
    service: "ssh",
    eventType: "command",
    fields: { n: number, text },
    origin: String(number),
  });
  return `${toJsonLine(event)}\n`;
}

/** Resident memory of a process in bytes, now and at its highest. */
function memoryOf(pid: number): { now: number; peak: number } {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  const bytes = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(status)![1]) * 1024;
  return { now: bytes("VmRSS"), peak: bytes("VmHWM") };
}

/** Takes connections at `port` and ends them: nobody is there. */
function nobodyAt(port: number) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port });
  const nobody = {
    attempts: 0,
    async [Symbol.asyncDispose]() {
      listener.close();
      await accepting;
    },
  };
  const accepting = (async () => {
    try {
      for await (const connection of listener) {
        nobody.attempts++;
        connection.close();
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  })();
  return nobody;
}

/** Numbers of the events in the hub's stream. */
async function storedNumbers({ url }: NatsHub, count: number): Promise<number[]> {
  const address = parseBusAddress(url);
  const connection = await connectBus(address, { name: "test" });
  await eventually(async () => {
    const state = await streamState(connection, address).catch(() => undefined);
    return state !== undefined && state.last >= count;
  });
  const numbers: number[] = [];
  const start = { at: "beginning" } as const;
  for await (const { bytes } of readBusEvents(connection, address, { start })) {
    const lines = new TextDecoder().decode(bytes).trimEnd().split("\n");
    for (const text of lines) numbers.push(JSON.parse(text).fields.n);
  }
  await connection.close();
  return numbers;
}

testNeeding(
  ["nats-server"],
  "tail --to a hub that is away does not grow with the log, and ships all of it afterwards",
  async () => {
    await using folder = await tempFolder();
    await using hub = await startNatsHub();
    await hub.stop();
    const path = `${folder.path}/in.json`;
    await Deno.writeTextFile(path, line(0, "short"));
    let count = 1;
    await using stack = new AsyncDisposableStack();
    const nobody = stack.use(nobodyAt(hub.port));
    await using shipper = new RunningDecnet([
      ...["tail", path, "--to", hub.url, "--cursor", `${folder.path}/cursor`],
    ]);
    await shipper.stderr.until((text) => text.includes("it is tried again"));
    const before = memoryOf(shipper.pid);
    {
      using log = await Deno.open(path, { append: true });
      const encoder = new TextEncoder();
      for (let size = 0; size < LOG_BYTES; count++) {
        const bytes = encoder.encode(line(count, LONG));
        for (let at = 0; at < bytes.length;) at += await log.write(bytes.subarray(at));
        size += bytes.length;
      }
    }
    const { attempts } = nobody;
    await eventually(() => nobody.attempts >= attempts + ATTEMPTS);
    const away = memoryOf(shipper.pid);
    assert.ok(away.peak < before.now + MOST_GROWTH, JSON.stringify({ before, away }));
    await stack.disposeAsync();
    await hub.start();
    const numbers = await storedNumbers(hub, count);
    assert.deepEqual(numbers, Array.from({ length: count }, (_, index) => index));
    shipper.kill("SIGTERM");
    assert.equal((await shipper.end()).code, 0);
  },
);

Deno.test("tail --to a hub that never answers ends when it is told to", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/in.json`;
  await Deno.writeTextFile(path, line(0, "short"));
  using mute = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await using shipper = new RunningDecnet([
    ...["tail", path, "--from-start", "--to", `nats://127.0.0.1:${mute.addr.port}`],
  ]);
  const connection = await Promise.race([mute.accept(), shipper.over]);
  assert.ok(connection !== undefined, shipper.stderr.text);
  using _connection = connection;
  shipper.kill("SIGTERM");
  const { code, stderr } = await shipper.end();
  assert.equal(code, 0);
  // Its own limit for the hub's first word has not passed: it did not wait.
  assert.equal(stderr, "");
});

Deno.test("collect and sniff with a hub that is not there write what they write without", async () => {
  await using folder = await tempFolder();
  const gone = ["--hub", `nats://127.0.0.1:${freePort()}`];
  const collected = async (name: string, flags: readonly string[]) => {
    const out = `${folder.path}/${name}`;
    const run = await decnet(
      ["collect", "-", "--out", out, "--state", `${out}.db`, "--quiet", ...flags],
      { stdin: LINES },
    );
    assert.equal(run.code, 0, run.stderr);
    return await Promise.all([".log", ".json"].map((end) => Deno.readTextFile(out + end)));
  };
  const plain = await collected("plain", []);
  assert.equal(plain[1]!.trimEnd().split("\n").length, COLLECTED);
  assert.deepEqual(await collected("hub", gone), plain);
  const capture = `${folder.path}/capture.pcap`;
  const talk = new TcpTalk({ clientPort: 1001 }).open().say("client", helloFor("one.example"));
  await Deno.writeFile(capture, pcap(talk.packets));
  const sniffed = async (flags: readonly string[]) => {
    const run = await decnet(["sniff", "-r", capture, "--json", "--quiet", ...flags]);
    assert.equal(run.code, 0, run.stderr);
    return run.stdout;
  };
  const events = await sniffed([]);
  assert.notEqual(events, "");
  assert.equal(await sniffed(gone), events);
});

testNeeding(["nats-server"], "collect reports to a hub that comes later", async () => {
  await using folder = await tempFolder();
  await using hub = await startNatsHub();
  const workers = () => decnet(["workers", "--hub", hub.url]);
  // The stream of reports is made by whoever asks for them first.
  assert.equal((await workers()).code, 0);
  await hub.stop();
  const path = `${folder.path}/decoys.log`;
  await Deno.writeTextFile(path, LINES);
  const out = `${folder.path}/out`;
  await using run = new RunningDecnet([
    ...["collect", "--file", path, "--out", out, "--state", `${out}.db`, "--hub", hub.url],
    ...["--sensor", "edge-1"],
  ]);
  await eventually(async () => {
    const text = await Deno.readTextFile(`${out}.json`).catch(() => "");
    return text.split("\n").length > COLLECTED;
  });
  await hub.start();
  await eventually(async () => {
    const { stdout } = await workers();
    return stdout.includes('"worker":"collect"') && stdout.includes('"OK"');
  });
  run.kill("SIGTERM");
  assert.equal((await run.end()).code, 0);
});
