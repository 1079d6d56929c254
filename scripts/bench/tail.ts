// deno-lint-ignore-file no-console -- a benchmark prints figures
/**
 * `decnet tail` over a large log: a filter by address beside `grep -F | jq -c`, jq alone and `lnav -n`; the
 * first screen; how long an appended event takes to its line; what waiting costs.
 *
 * Usage: deno task bench tail [--size=MIB] [--large=MIB] [--rounds=N]
 */
import { createEvent } from "../../lib/event/create.ts";
import { toJsonLine } from "../../lib/event/json.ts";
import { writeRfc5424 } from "../../lib/event/rfc5424_writer.ts";
import { findCommand } from "../test_tools.ts";
import { type Cost, cpuSecondsOf, measure, spread } from "./measure.ts";

const MIB = 1024 * 1024;
const DEFAULT_SIZE = 2000;
const DEFAULT_LARGE = 10_000;
const DEFAULT_ROUNDS = 3;

/** One event in so many is of the address that is looked for. */
const RARITY = 100;
const WANTED = "203.0.113.77";

/** jq and lnav read this part of the log. */
const SHARE = 10;

/** Appended events whose way is timed, and seconds of waiting that are looked at. */
const APPENDED = 50;
const IDLE_S = 20;

const DECNET = [
  ...[Deno.execPath(), "run", "--quiet", "--no-prompt", "-P=decnet", "main.ts", "tail"],
];

interface Contender {
  readonly name: string;
  readonly command: readonly string[];
  /** Part of the log that it reads. */
  readonly share: number;
  readonly costs: Cost[];
}

/** Runs the benchmark. */
export async function benchTail(): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const size = Number(flag("size") ?? DEFAULT_SIZE) * MIB;
    const log = `${folder}/events.json`;
    const part = `${folder}/part.json`;
    const bytes = makeLog(log, size);
    makeLog(part, Math.floor(size / SHARE));
    await measure(["sync"]);
    await benchFilter(log, part, bytes);
    await benchFirstScreen(folder, log, bytes);
    await benchLatency(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function flag(name: string): string | undefined {
  return Deno.args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3);
}

function eventLine(number: number): string {
  const isWanted = number % RARITY === 0;
  const event = createEvent({
    time: Date.UTC(2026, 9, 1) * 1000 + number * 10_000,
    sensor: "sensor-1",
    decky: `web-${number % 20}`,
    service: "sniffer",
    eventType: number % 3 === 0 ? "tcp_syn_fingerprint" : "tls_client_hello",
    fields: {
      src_ip: isWanted ? WANTED : `198.51.${number % 251}.${(number * 7) % 253}`,
      src_port: number % 60_000,
      dst_ip: "192.0.2.10",
      dst_port: 443,
      ja4: "t13d1517h2_8daaf6152771_cb7bf5808d99",
      sni: `host${number % 1000}.example.com`,
      alpn: ["h2", "http/1.1"],
      ttl: number % 64,
    },
    origin: String(number),
  });
  return `${toJsonLine(event, { rawLine: writeRfc5424(event) })}\n`;
}

/** Lines as `--out` writes them, of which a block is written again and again. @returns bytes */
function makeLog(path: string, size: number): number {
  const block = new TextEncoder().encode(
    Array.from({ length: 20_000 }, (_, number) => eventLine(number)).join(""),
  );
  using file = Deno.openSync(path, { write: true, create: true, truncate: true });
  let written = 0;
  while (written < size) {
    for (let at = 0; at < block.length;) at += file.writeSync(block.subarray(at));
    written += block.length;
  }
  return written;
}

async function benchFilter(log: string, part: string, bytes: number): Promise<void> {
  const script = (text: string) => ["bash", "-c", `${text} > /dev/null`];
  const decnet = DECNET.map((word) => `'${word}'`).join(" ");
  const contenders: Contender[] = [
    {
      name: "decnet tail --ip",
      share: 1,
      costs: [],
      command: script(`${decnet} --no-follow --from-start --ip ${WANTED} ${log}`),
    },
    {
      name: "grep -F | jq -c",
      share: 1,
      costs: [],
      command: script(`grep -F ${WANTED} ${log} | jq -c .`),
    },
    {
      name: "decnet tail --where",
      share: SHARE,
      costs: [],
      command: script(`${decnet} --no-follow --from-start --where 'ttl == 57' ${part}`),
    },
    {
      name: "jq -c select()",
      share: SHARE,
      costs: [],
      command: script(`jq -c 'select(.attacker_ip == "${WANTED}")' ${part}`),
    },
  ];
  if (findCommand("lnav") !== undefined) {
    contenders.push({
      name: "lnav -n",
      share: SHARE,
      costs: [],
      command: script(`lnav -n -c ':filter-in ${WANTED}' ${part}`),
    });
  }
  const rounds = Number(flag("rounds") ?? DEFAULT_ROUNDS);
  // The first round fills the caches.
  for (let round = 0; round <= rounds; round++) {
    for (const { name, command, costs } of contenders) {
      const cost = await measure(command);
      if (cost.code !== 0) throw new Error(`${name} failed: ${cost.stderr.slice(0, 300)}`);
      if (round > 0) costs.push(cost);
    }
  }
  console.log(
    `one event in ${RARITY} out of ${
      (bytes / MIB).toFixed(0)
    } MiB; medians of ${rounds} rounds; load ${
      Deno.loadavg().map((load) => load.toFixed(1)).join(" ")
    }`,
  );
  for (const { name, share, costs } of contenders) {
    const mib = bytes / MIB / share;
    const cpu = spread(costs.map((cost) => cost.cpu));
    const wall = spread(costs.map((cost) => cost.wall));
    console.log(
      `  ${name.padEnd(20)} ${(mib / cpu.median).toFixed(0).padStart(6)} MiB/s of CPU, ` +
        `${(mib / wall.median).toFixed(0).padStart(6)} MiB/s; ${cpu.median.toFixed(2)} s of CPU` +
        (share === 1 ? "" : ` for 1/${share}`),
    );
  }
}

async function benchFirstScreen(folder: string, log: string, bytes: number): Promise<void> {
  const large = `${folder}/large.json`;
  const copies = Math.max(1, Math.round(Number(flag("large") ?? DEFAULT_LARGE) * MIB / bytes));
  await measure(["bash", "-c", `for i in $(seq ${copies}); do cat ${log}; done > ${large}`]);
  const walls: number[] = [];
  const starts: number[] = [];
  for (let round = 0; round < 7; round++) {
    walls.push((await measure([...DECNET, "--no-follow", "-n", "50", large])).wall * 1000);
    starts.push((await measure([...DECNET.slice(0, -1), "--version"])).wall * 1000);
  }
  const { min, median } = spread(walls);
  const { size } = await Deno.stat(large);
  const start = spread(starts);
  console.log(
    `first 50 lines of ${(size / MIB / 1024).toFixed(1)} GiB: median ${
      median.toFixed(0)
    } ms, least ` +
      `${min.toFixed(0)} ms; decnet --version: median ${start.median.toFixed(0)} ms, least ${
        start.min.toFixed(0)
      } ms`,
  );
  await Deno.remove(large);
}

async function benchLatency(folder: string): Promise<void> {
  const log = `${folder}/live.json`;
  await Deno.writeTextFile(log, eventLine(1));
  const [command, ...args] = [...DECNET, log];
  const child = new Deno.Command(command!, { args, stdout: "piped", stderr: "inherit" }).spawn();
  const reader = child.stdout.getReader();
  try {
    await reader.read();
    const delays: number[] = [];
    for (let number = 2; number < APPENDED; number++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      const start = performance.now();
      await Deno.writeTextFile(log, eventLine(number), { append: true });
      if ((await reader.read()).done) throw new Error("decnet tail has ended");
      delays.push(performance.now() - start);
    }
    const { median, max } = spread(delays);
    console.log(`append to line: median ${median.toFixed(1)} ms, most ${max.toFixed(1)} ms`);
    const before = cpuSecondsOf(child.pid);
    await new Promise((resolve) => setTimeout(resolve, IDLE_S * 1000));
    const share = (cpuSecondsOf(child.pid) - before) / IDLE_S * 100;
    console.log(`waiting: ${share.toFixed(2)} % of a CPU over ${IDLE_S} s`);
  } finally {
    await reader.cancel();
    // It ends because nobody reads it any more.
    await child.status;
  }
}
