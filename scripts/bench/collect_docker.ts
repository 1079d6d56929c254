// deno-lint-ignore-file no-console -- a benchmark prints figures
/**
 * Lines out of a real Docker engine: one container that prints as fast as it can, and 50 together, read by
 * the Docker source and by `docker logs -f | cat`; and the demultiplexer on its own. Needs root and what
 * scripts/start_test_engine.ts installs.
 */
import { LogFrames, type LogLine } from "../../lib/docker/log_frames.ts";
import { formatLogTime } from "../../lib/docker/log_time.ts";
import { concatBytes } from "../../lib/bytes.ts";
import { TestEngine } from "../test_engine.ts";
import { findCommand } from "../test_tools.ts";
import { type Cost, measure, spread } from "./measure.ts";

const ROUNDS = 5;

/** Lines in all, of one container or of all. */
const LINES = 300_000;

const CONTAINERS = 50;

/** A line of a decoy, about 120 bytes. */
const LINE = '<134>1 2026-01-01T00:00:00Z decky sshd - login_attempt [relay@55555 n="%d" ' +
  'src_ip="192.0.2.7" username="root" password="toor"] failed password';

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
        for (const [name, command] of readers(engine)) {
          const cost = await readOnce(engine, containers, command);
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

type Reader = (names: readonly string[]) => readonly string[];

function readers(engine: TestEngine): Map<string, Reader> {
  const child = new URL("collect_docker_reader.ts", import.meta.url).pathname;
  const all = new Map<string, Reader>([
    ["Docker source", () => [Deno.execPath(), "run", "-A", child, engine.host, String(LINES)]],
  ]);
  const docker = findCommand("docker");
  if (docker === undefined) return all;
  const logs = (name: string) => `${docker} -H ${engine.host} logs -f ${name} | cat >/dev/null &`;
  return all.set("docker logs -f | cat", (names) => [
    ...["bash", "-c", `${names.map(logs).join("\n")}\nwait`],
  ]);
}

/** Starts containers that print, and reads them to their end. */
async function readOnce(engine: TestEngine, containers: number, reader: Reader): Promise<Cost> {
  const names = Array.from({ length: containers }, (_, index) => `d${index}`);
  const count = LINES / containers;
  const script = `exec /bin/busybox awk 'BEGIN { for (n = 0; n < ${count}; n++) ` +
    `printf "${LINE.replaceAll('"', '\\"')}\\n", n }'`;
  const ids = await Promise.all(names.map((name) => engine.create({ name, script })));
  const started = Promise.all(ids.map((id) => engine.call("POST", `/containers/${id}/start`)));
  // One that begins later is read from its first line all the same.
  if (containers === 1) await started;
  else await engine.call("POST", `/containers/${ids[0]}/wait?condition=next-exit`);
  await started;
  const cost = await measure(reader(names));
  if (cost.code !== 0) throw new Error(cost.stderr);
  await Promise.all(ids.map((id) => engine.call("DELETE", `/containers/${id}?force=1`)));
  return cost;
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
      let count = 0;
      for (const chunk of chunks) {
        const lines: LogLine[] = [];
        demultiplexer.push(chunk, lines);
        count += lines.length;
      }
      rates.push(count / (performance.now() - start));
    }
    const { min, median, max } = spread(rates);
    const text = [median, min, max].map((rate) => `${rate.toFixed(0)}k`);
    console.log(`  demultiplexer, ${name.padEnd(25)} ${text[0]} (${text[1]} - ${text[2]}) lines/s`);
  }
}

if (import.meta.main) await benchCollectDocker();
