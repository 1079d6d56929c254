// deno-lint-ignore-file no-console -- a benchmark prints figures
/**
 * Events through a NATS hub: `tail FILE --to nats://`, `tail nats://` and `profile nats://`, beside the plain
 * client of @nats-io/jetstream that publishes the same lines, one by one and in windows; the backlog after
 * an outage; what a hub that is away costs `collect`.
 *
 * Usage: deno task bench bus [--events=N] [--rounds=N] [--single=N] [--lines=N]
 */
import { parseBusAddress } from "../../lib/bus/bus_address.ts";
import { connectBus } from "../../lib/bus/bus_connection.ts";
import { ensureStream } from "../../lib/bus/event_stream.ts";
import { streamState } from "../../lib/bus/event_reader.ts";
import { parseJsonEvent } from "../../lib/event/json.ts";
import { makeAttackLog } from "../make_attack_log/make.ts";
import { TextFile } from "../make_attack_log/text_file.ts";
import { findCommand } from "../test_tools.ts";
import { BusHub } from "./bus_hub.ts";
import { makeDecoyLines } from "./decoy_lines.ts";
import { type Cost, cpuSecondsOf, highWaterMark, measure, spread } from "./measure.ts";

const DEFAULT_EVENTS = 200_000;
const DEFAULT_SINGLE = 10_000;
const DEFAULT_LINES = 600_000;
const DEFAULT_ROUNDS = 3;

/** Events that the plain client has under way without an answer, as `tail` has. */
const WINDOW = 512;

/** Nobody listens there. */
const NOWHERE = "nats://127.0.0.1:1";

/** CPU seconds that nats-server takes for nothing. */
const IDLE_S = 0.1;

/** While this passes nothing has been stored: it will not be. */
const STALLS_AFTER_MS = 60_000;

const DECNET = [
  ...[Deno.execPath(), "run", "--quiet", "--no-prompt", "-P=decnet"],
  ...["--v8-flags=--max-semi-space-size=4", "main.ts"],
];

/** What a contender cost, and how much it did. */
interface Run extends Cost {
  readonly events: number;
  /** CPU seconds of nats-server meanwhile. */
  readonly hub: number;
}

/** Runs the benchmark. */
export async function benchBus(): Promise<void> {
  if (findCommand("nats-server") === undefined) return console.log("nats-server is not installed");
  const folder = await Deno.makeTempDir();
  try {
    const log = `${folder}/decnet.json`;
    const events = makeLog(log, number("events", DEFAULT_EVENTS));
    const rounds = number("rounds", DEFAULT_ROUNDS);
    const runs = new Map<string, Run[]>();
    for (let round = 0; round < rounds; round++) await runAll(folder, log, events, runs);
    const { size } = await Deno.stat(log);
    const load = Deno.loadavg().map((value) => value.toFixed(1)).join(" ");
    console.log(
      `${events} events, ${Math.round(size / events)} bytes each; ${rounds} rounds; load ${load}`,
    );
    report(runs);
    await benchSensor(folder, rounds);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Each contender once, in turn, so that a change of load meets all of them. */
async function runAll(
  folder: string,
  log: string,
  events: number,
  runs: Map<string, Run[]>,
): Promise<void> {
  await using hub = await BusHub.start(`${folder}/hub`);
  const add = (name: string, run: Run) => {
    if (run.code !== 0) throw new Error(`${name}: ${run.stderr.slice(0, 500)}`);
    runs.set(name, [...runs.get(name) ?? [], run]);
  };
  const measured = async (name: string, count: number, command: readonly string[]) => {
    const before = cpuSecondsOf(hub.pid);
    const cost = await measure(command);
    add(name, { ...cost, events: count, hub: cpuSecondsOf(hub.pid) - before });
  };
  const plain = new URL("bus_plain_client.ts", import.meta.url).pathname;
  const client = (stream: string, window: number, count: number) => [
    ...[Deno.execPath(), "run", "--quiet", "-A", plain],
    ...[hub.url, stream, log, String(window), String(count)],
  ];
  const single = Math.min(events, number("single", DEFAULT_SINGLE));
  await makeStream(`${hub.url}/one?stream=ONE`);
  await measured("plain client, one by one", single, client("one", 1, single));
  await makeStream(`${hub.url}/many?stream=MANY`);
  await measured(`plain client, windows of ${WINDOW}`, events, client("many", WINDOW, events));
  await makeStream(hub.url);
  const ship = ["tail", log, "--no-follow", "--from-start", "--quiet", "--to"];
  await measured("decnet tail --to nats://", events, [...DECNET, ...ship, hub.url]);
  await measured("decnet tail FILE --no-follow, to a pipe", events, [
    ...["bash", "-c", 'exec "$@" > >(cat > /dev/null)', "bash"],
    ...[...DECNET, "tail", log, "--no-follow", "--from-start", "--quiet"],
  ]);
  await measured("decnet tail nats://, to a pipe", events, [
    ...["bash", "-c", 'exec "$@" > >(cat > /dev/null)', "bash"],
    ...[...DECNET, "tail", hub.url, "--no-follow", "--from-start", "--quiet"],
  ]);
  const db = `${folder}/profiles.db`;
  const profile = [...DECNET, "profile", "--quiet", "--db", db];
  await measured("decnet profile nats://", events, [...profile, hub.url]);
  for (const end of ["", "-wal", "-shm"]) await Deno.remove(db + end).catch(() => {});
  await measured("decnet profile FILE", events, [...profile, log]);
  for (const end of ["", "-wal", "-shm"]) await Deno.remove(db + end).catch(() => {});
  add("decnet tail --to nats://, after an outage", await backlog(folder, log, events));
}

/** A shipper waits for a hub that is away, and ships all of the log when it comes. */
async function backlog(folder: string, log: string, events: number): Promise<Run> {
  await using hub = await BusHub.start(`${folder}/late`);
  await makeStream(hub.url);
  await hub.stop();
  const [command, ...args] = [...DECNET, "tail", log, "--from-start", "--quiet", "--to", hub.url];
  const child = new Deno.Command(command!, { args, stdout: "null", stderr: "null" }).spawn();
  try {
    // As long as a start takes, and some attempts.
    await new Promise((resolve) => setTimeout(resolve, 3000));
    const away = highWaterMark(child.pid);
    await hub.start();
    const start = {
      at: performance.now(),
      cpu: cpuSecondsOf(child.pid),
      hub: cpuSecondsOf(hub.pid),
    };
    const connection = await connectBus(parseBusAddress(hub.url), { name: "bench" });
    let last = 0;
    let changedAt = performance.now();
    while (last < events) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      const now = (await streamState(connection, parseBusAddress(hub.url))).last;
      // The wait for the next attempt is not the rate.
      if (last === 0) start.at = performance.now();
      if (now !== last) changedAt = performance.now();
      if (performance.now() - changedAt > STALLS_AFTER_MS) throw new Error(`stalls at ${now}`);
      last = now;
    }
    await connection.close();
    return {
      wall: (performance.now() - start.at) / 1000,
      cpu: cpuSecondsOf(child.pid) - start.cpu,
      hub: cpuSecondsOf(hub.pid) - start.hub,
      memory: highWaterMark(child.pid),
      code: 0,
      stdout: "",
      stderr: `${away.toFixed(0)} MiB while the hub was away`,
      events,
    };
  } finally {
    child.kill("SIGTERM");
    await child.status;
  }
}

/** `collect` with a hub that is not there, and without one. */
async function benchSensor(folder: string, rounds: number): Promise<void> {
  const lines = number("lines", DEFAULT_LINES);
  const path = `${folder}/lines.log`;
  makeDecoyLines(path, lines, lines / 12);
  const contenders = {
    "decnet collect": [],
    "decnet collect --hub, not there": ["--hub", NOWHERE],
  };
  const costs = new Map<string, Cost[]>();
  // The first round fills the caches.
  for (let round = 0; round <= rounds; round++) {
    for (const [name, flags] of Object.entries(contenders)) {
      const place = `${folder}/run`;
      await Deno.mkdir(place);
      const cost = await measure([
        ...["bash", "-c", 'exec "${@:2}" < <(exec cat "$1")', "bash", path, ...DECNET],
        ...["collect", "-", "--quiet", "--out", `${place}/out`, "--state", `${place}/state.db`],
        ...flags,
      ]);
      if (cost.code !== 0) throw new Error(`${name}: ${cost.stderr.slice(0, 500)}`);
      if (round > 0) costs.set(name, [...costs.get(name) ?? [], cost]);
      await Deno.remove(place, { recursive: true });
    }
  }
  console.log(`${lines} lines of decoys from a pipe to both files:`);
  for (const [name, list] of costs) {
    const cpu = spread(list.map((cost) => cost.cpu));
    const wall = spread(list.map((cost) => cost.wall));
    const memory = spread(list.map((cost) => cost.memory));
    console.log(
      `  ${name.padEnd(42)} CPU s ${figures(cpu, 2)}, wall s ${figures(wall, 2)}, ` +
        `RSS MiB ${figures(memory, 0)}`,
    );
  }
}

function figures({ min, median, max }: ReturnType<typeof spread>, digits: number): string {
  return [min, median, max].map((value) => value.toFixed(digits)).join(" / ");
}

function report(runs: ReadonlyMap<string, readonly Run[]>): void {
  const heads = ["events/s least", "median", "most", "per CPU s", "hub, per CPU s", "RSS MiB"];
  console.log(`  ${"".padEnd(42)}${heads.map((head) => head.padStart(16)).join("")}`);
  for (const [name, list] of runs) {
    const rate = spread(list.map(({ events, wall }) => events / wall));
    const cpu = spread(list.map(({ events, cpu }) => events / cpu));
    // Contenders that do not use the hub leave it in peace, but for its own affairs.
    const hub = spread(list.map(({ events, hub }) => hub < IDLE_S ? Infinity : events / hub));
    const cells = [rate.min, rate.median, rate.max, cpu.median, hub.median].map((value) =>
      Number.isFinite(value) ? value.toFixed(0) : "-"
    );
    cells.push(spread(list.map(({ memory }) => memory)).max.toFixed(0));
    console.log(`  ${name.padEnd(42)}${cells.map((cell) => cell.padStart(16)).join("")}`);
    if (list[0]!.stderr !== "") console.log(`    ${list[0]!.stderr.trimEnd()}`);
  }
}

async function makeStream(url: string): Promise<void> {
  const address = parseBusAddress(url);
  const connection = await connectBus(address, { name: "bench" });
  await ensureStream(connection, address);
  await connection.close();
}

/** @returns how many events it holds, each once: made logs hold other things, too, and some twice */
function makeLog(path: string, events: number): number {
  using file = new TextFile(path);
  const ids = new Set<string>();
  makeAttackLog({ events, attackers: events / 50, seed: 1 }, {
    line: (text) => {
      const id = parseJsonEvent(text.trimEnd())?.event_id;
      if (id === undefined || ids.has(id)) return;
      ids.add(id);
      file.write(text);
    },
    truth: () => {},
  });
  return ids.size;
}

function number(name: string, otherwise: number): number {
  const text = Deno.args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3);
  return text === undefined ? otherwise : Number(text);
}
