// deno-lint-ignore-file no-console -- a benchmark prints figures
/** What the syslog receivers of `decnet collect` take on the loopback interface. */
import { endOf } from "./measure_until.ts";
import { cpuSecondsOf } from "./measure.ts";

/** Datagrams a second, and for how many seconds. */
const RATES = [10_000, 25_000, 50_000, 100_000] as const;
const SECONDS = 3;

const POLL_MS = 20;

/** Milliseconds without growth after which a receiver has taken what it will. */
const IDLE_MS = 500;

/** Far beyond what any run takes. */
const HANGS_AFTER_MS = 120_000;

const LF = 0x0a;

/** Runs it on the lines at `path`. @param collect the command, which runs on `core` */
export async function benchSyslog(
  path: string,
  lines: number,
  collect: readonly string[],
  core: string,
): Promise<void> {
  const pinned = ["taskset", "-c", core, ...collect];
  const tcp = await receive("tcp", pinned, async (port, base) => {
    const start = performance.now();
    await run(["bash", "-c", `exec cat "$1" > /dev/tcp/127.0.0.1/${port}`, "bash", path]);
    await until(() => endOf(`${base}.json`).includes("bench_end"), "the last line");
    return lines / (performance.now() - start) * 1000;
  });
  console.log(
    `  --syslog tcp://: ${(tcp.result / 1000).toFixed(0)}k lines/s, ` +
      `${(lines / tcp.cpu / 1000).toFixed(0)}k per CPU second, ${tcp.lines - tcp.own} of ` +
      `${lines + 1} lines`,
  );
  const sender = new URL("syslog_sender.py", import.meta.url).pathname;
  for (const rate of RATES) {
    const count = rate * SECONDS;
    const udp = await receive(
      "udp",
      pinned,
      async (port) => Number(await run(["python3", sender, path, port, rate, count].map(String))),
    );
    const taken = udp.lines - udp.own;
    console.log(
      `  --syslog udp://: ${(udp.result / 1000).toFixed(0)}k datagrams/s sent, ` +
        `${(100 * (1 - taken / count)).toFixed(2)}% lost`,
    );
  }
}

interface Received {
  /** Lines in the log, and those of events of the collector's own. */
  readonly lines: number;
  readonly own: number;
  readonly cpu: number;
  readonly result: number;
}

/** Runs a receiver while `send` sends, until it has taken all it will. */
async function receive(
  transport: "tcp" | "udp",
  collect: readonly string[],
  send: (port: number, base: string) => Promise<number>,
): Promise<Received> {
  const folder = await Deno.makeTempDir();
  const base = `${folder}/out`;
  const port = freePort();
  const [program = "", ...args] = [
    ...[...collect, "--syslog", `${transport}://127.0.0.1:${port}`, "--quiet"],
    ...["--out", base, "--state", `${folder}/state.db`],
  ];
  const child = new Deno.Command(program, { args, stdout: "null", stderr: "inherit" }).spawn();
  try {
    await until(() => isOpen(transport, port), "the receiver");
    const result = await send(port, base);
    for (let size = -1, idle = 0; idle < IDLE_MS; idle += POLL_MS) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      const { size: now } = await Deno.stat(`${base}.log`);
      if (now !== size) idle = 0;
      size = now;
    }
    const cpu = cpuSecondsOf(child.pid);
    const log = await Deno.readFile(`${base}.log`);
    let lines = 0;
    for (let at = log.indexOf(LF); at >= 0; at = log.indexOf(LF, at + 1)) lines++;
    const own = Number(
      await run(["grep", "-c", " decnet-collector collector \\| rate_limited ", `${base}.log`]),
    );
    return { lines, own, cpu, result };
  } finally {
    child.kill("SIGKILL");
    await child.status;
    await Deno.remove(folder, { recursive: true });
  }
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** True when somebody listens. */
function isOpen(transport: "tcp" | "udp", port: number): boolean {
  const table = Deno.readTextFileSync(`/proc/net/${transport}`);
  return table.includes(`0100007F:${port.toString(16).toUpperCase().padStart(4, "0")} `);
}

async function until(condition: () => boolean, what: string): Promise<void> {
  const start = performance.now();
  while (!condition()) {
    if (performance.now() - start > HANGS_AFTER_MS) throw new Error(`${what} never came`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** What a command prints. */
async function run([program = "", ...args]: readonly string[]): Promise<string> {
  const { stdout } = await new Deno.Command(program, { args, stderr: "inherit" }).output();
  return new TextDecoder().decode(stdout);
}
