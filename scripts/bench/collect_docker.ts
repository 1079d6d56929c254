// deno-lint-ignore-file no-console -- a benchmark prints figures
/**
 * Lines out of a real Docker engine: one container that prints as fast as it can, and 50 together, read by
 * the Docker source and by `docker logs -f | cat`; and the demultiplexer on its own. Needs root and what
 * scripts/start_test_engine.ts installs.
 */
import { ContainerLines } from "../../lib/docker/container_lines.ts";
import { LogFrames } from "../../lib/docker/log_frames.ts";
import { formatLogTime } from "../../lib/docker/log_time.ts";
import { concatBytes } from "../../lib/bytes.ts";
import { TestEngine } from "../test_engine.ts";
import { findCommand } from "../test_tools.ts";
import { cpuSecondsOf, highWaterMark, measure, spread } from "./measure.ts";

const DENO: readonly string[] = [
  ...[Deno.execPath(), "run", "-A", "--v8-flags=--max-semi-space-size=4"],
];

/** `--quick` is enough to see that it works. */
const ROUNDS = Deno.args.includes("--quick") ? 1 : 3;

/** Lines in all, of one container or of all. */
const LINES = 300_000;

const CONTAINERS = 50;

/** A line of a decoy, about 120 bytes. */
const LINE = '<134>1 2026-01-01T00:00:00Z decky sshd - login_attempt [relay@55555 n="%d" ' +
  'src_ip="192.0.2.7" username="root" password="toor"] failed password';

/** How long readers may take to start before the printing begins. */
const SETTLE_MS = 3000;

const POLL_MS = 20;

/** A run that does not come to its end is none. */
const GIVE_UP_MS = 120_000;

/** Runs the benchmark. */
export async function benchCollectDocker(): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "decnet-b-" });
  const engine = new TestEngine(folder);
  await engine.start();
  try {
    console.log(`Docker, ${LINES} lines: lines/s and CPU seconds of ${ROUNDS} rounds in turn`);
    for (const containers of [1, CONTAINERS]) {
      const costs = new Map<string, Cost[]>();
      for (let round = 0; round < ROUNDS; round++) {
        for (const [name, reader] of readers(engine)) {
          const cost = await readOnce(engine, containers, reader);
          costs.set(name, [...costs.get(name) ?? [], cost]);
        }
      }
      for (const [name, all] of costs) printRow(`${name}, ${containers} container(s)`, all);
    }
  } finally {
    await engine.stop();
    await Deno.remove(folder, { recursive: true });
  }
  benchFrames();
}

/** What one reader cost. */
interface Cost {
  /** Seconds from the moment at which the containers began to print. */
  readonly wall: number;
  readonly cpu: number;
  /** MiB; 0 where it is many processes. */
  readonly memory: number;
}

/**
 * Reads all lines of the containers with these names, which begin to print when `go` is called once the reader
 * has started; it gives that time.
 */
type Reader = (names: readonly string[], go: () => Promise<number>) => Promise<Cost>;

function readers(engine: TestEngine): Map<string, Reader> {
  const child = new URL("collect_docker_reader.ts", import.meta.url).pathname;
  const main = new URL("../../main.ts", import.meta.url).pathname;
  const all = new Map<string, Reader>([
    [
      "Docker source",
      (_, go) => follow([...DENO, child, engine.host, String(LINES)], engine, go),
    ],
    ["decnet collect", async (names, go) => {
      const base = `${engine.folder}/out`;
      const command = [...DENO, main, "collect", "--all", "--out", base, "--state", `${base}.db`];
      const bytes = expectedBytes(names.length);
      const cost = await follow(
        command,
        engine,
        go,
        async () => ((await Deno.stat(`${base}.log`).catch(() => undefined))?.size ?? 0) >= bytes,
      );
      for (const suffix of [".log", ".json"]) await Deno.remove(base + suffix);
      return cost;
    }],
  ]);
  const docker = findCommand("docker");
  if (docker === undefined) return all;
  const logs = (name: string) => `${docker} -H ${engine.host} logs -f ${name} | cat >/dev/null &`;
  return all.set("docker logs -f | cat", async (names, go) => {
    const script = `${names.map(logs).join("\n")}\nwait`;
    const [{ cpu, code, stderr }, start] = await Promise.all([
      measure(["bash", "-c", script]),
      go(),
    ]);
    if (code !== 0) throw new Error(stderr);
    return { wall: (Date.now() - start) / 1000, cpu, memory: 0 };
  });
}

/** Runs a reader until it ends, or until `isDone`. */
async function follow(
  [command, ...args]: readonly string[],
  engine: TestEngine,
  go: () => Promise<number>,
  isDone?: () => Promise<boolean>,
): Promise<Cost> {
  const child = new Deno.Command(command!, {
    args,
    env: { DOCKER_HOST: engine.host },
    stdout: "null",
    stderr: "null",
  }).spawn();
  const start = await go();
  let hasEnded = false;
  child.status.then(() => hasEnded = true);
  let [cpu, memory] = [0, 0];
  while (!hasEnded) {
    if (Date.now() - start > GIVE_UP_MS) child.kill("SIGKILL");
    try {
      cpu = cpuSecondsOf(child.pid);
      memory = Math.max(memory, highWaterMark(child.pid));
    } catch {
      // It ends in this moment.
    }
    if (await isDone?.()) break;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  const wall = (Date.now() - start) / 1000;
  if (!hasEnded) child.kill("SIGTERM");
  const { success, code } = await child.status;
  if (!success) throw new Error(`${command} ${args.join(" ")}: ${code}`);
  return { wall, cpu, memory };
}

/** Starts containers that will print, and reads them to their end. */
async function readOnce(engine: TestEngine, containers: number, reader: Reader): Promise<Cost> {
  const names = Array.from({ length: containers }, (_, index) => `d${index}`);
  const count = LINES / containers;
  const script = [
    "trap go=1 USR1",
    'while [ -z "$go" ]; do /bin/busybox sleep 1000 & wait $!; done',
    `exec /bin/busybox awk 'BEGIN { for (n = 0; n < ${count}; n++) ` +
    `printf "${LINE.replaceAll('"', '\\"')}\\n", n }'`,
  ].join("\n");
  const ids: string[] = [];
  for (const name of names) {
    const id = await engine.create({ name, script });
    await engine.call("POST", `/containers/${id}/start`);
    ids.push(id);
  }
  const cost = await reader(names, async () => {
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    const start = Date.now();
    await Promise.all(ids.map((id) => engine.call("POST", `/containers/${id}/kill?signal=USR1`)));
    return start;
  });
  await Promise.all(ids.map((id) => engine.call("DELETE", `/containers/${id}?force=1`)));
  return cost;
}

/** Bytes that all lines of so many containers have in a log. */
function expectedBytes(containers: number): number {
  let bytes = 0;
  for (let n = 0; n < LINES / containers; n++) bytes += LINE.replace("%d", String(n)).length + 1;
  return bytes * containers;
}

function printRow(name: string, costs: readonly Cost[]): void {
  const rate = spread(costs.map(({ wall }) => LINES / wall));
  const cpu = spread(costs.map(({ cpu }) => cpu));
  const memory = spread(costs.map(({ memory }) => memory));
  const [lowest, middle, highest] = [rate.min, rate.median, rate.max].map((value) =>
    `${(value / 1000).toFixed(0)}k`
  );
  console.log(
    `  ${name.padEnd(40)} ${middle} (${lowest} - ${highest}) lines/s, CPU ${
      cpu.median.toFixed(2)
    } ` +
      `(${cpu.min.toFixed(2)} - ${cpu.max.toFixed(2)}) s, ${memory.median.toFixed(0)} MiB`,
  );
}

/** Frames in chunks of one line, as Docker sends them, and in large ones, as proxies do. */
function benchFrames(): void {
  const encoder = new TextEncoder();
  const frames = Array.from({ length: LINES }, (_, index) => {
    const time = formatLogTime({ seconds: 1_795_229_234, nanos: index * 1000 });
    const content = encoder.encode(`${time} ${LINE.replace("%d", String(index))}\n`);
    const header = new Uint8Array(8);
    header[0] = 1;
    new DataView(header.buffer).setUint32(4, content.length);
    return concatBytes(header, content);
  });
  const large: Uint8Array[] = [];
  for (let at = 0; at < frames.length; at += 400) {
    large.push(concatBytes(...frames.slice(at, at + 400)));
  }
  for (const [name, chunks] of [["a line a chunk", frames], ["64 KiB a chunk", large]] as const) {
    const rates: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const start = performance.now();
      const demultiplexer = new LogFrames(false);
      const lines = new ContainerLines();
      let count = 0;
      for (const chunk of chunks) {
        demultiplexer.push(chunk, lines);
        count += lines.count;
        lines.clear(Infinity);
      }
      rates.push(count / (performance.now() - start));
    }
    const { min, median, max } = spread(rates);
    const text = [median, min, max].map((rate) => `${rate.toFixed(0)}k`);
    console.log(`  demultiplexer, ${name.padEnd(25)} ${text[0]} (${text[1]} - ${text[2]}) lines/s`);
  }
}

if (import.meta.main) await benchCollectDocker();
