// deno-lint-ignore-file no-console -- a benchmark prints figures
/**
 * `decnet probe` on a thousand loopback hosts: a tenth real servers behind a forwarder that adds
 * 50 ms, a tenth silent, the rest closed; beside one host after the other, and beside nmap.
 *
 * Usage: deno task bench probe [--full]   (--full: the sequential runs on all hosts, ten minutes)
 */
import { startOpenssh } from "../../tests/support/ssh_servers.ts";
import { startNginx } from "../../tests/support/tls_servers.ts";
import type { LoopbackHosts } from "./loopback_hosts.ts";
import { type Cost, measure } from "./measure.ts";

const TLS_PORT = 9443;
/** The port on which nmap looks for SSH without a version scan. Listening on it takes root. */
const SSH_PORT = 22;
const DELAY_EACH_WAY_MS = 25;

/** Every tenth address is real, every tenth (another one) silent. */
const PERIOD = 10;

const PORTS = ["jarm", "tlscert"].flatMap((probe) => ["--port", `${probe}=${TLS_PORT}`])
  .concat("--port", `hassh=${SSH_PORT}`);

/** `count` addresses from 127.0.1.0 on. */
function addresses(count: number): string[] {
  return Array.from({ length: count }, (_, index) => {
    const number = 256 + index;
    return `127.${number >> 16}.${(number >> 8) & 255}.${number & 255}`;
  });
}

/** Starts hosts; ends when disposed of. */
async function startHosts(hosts: LoopbackHosts): Promise<AsyncDisposable> {
  const script = new URL("loopback_hosts.ts", import.meta.url).pathname;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", script, JSON.stringify(hosts)],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  if (value === undefined) throw new Error("the loopback hosts did not start");
  return {
    async [Symbol.asyncDispose]() {
      await child.stdin.close();
      await reader.cancel();
      await child.status;
    },
  };
}

async function decnet(targets: readonly string[], ...flags: string[]): Promise<Cost> {
  const state = await Deno.makeTempFile({ suffix: ".db" });
  const args = ["run", "-A", "main.ts", "probe", "--state", state, ...PORTS, ...flags];
  const allow = ["--allow", "127.0.0.0/8", "-"];
  try {
    return await measure([Deno.execPath(), ...args, ...allow], targets.join("\n") + "\n");
  } finally {
    await Deno.remove(state);
  }
}

function row(name: string, targets: number, { wall, cpu, memory }: Cost, note = ""): string {
  const cells = [
    name.padEnd(44),
    String(targets).padStart(6),
    wall.toFixed(2).padStart(8),
    (targets / wall).toFixed(1).padStart(9),
    cpu.toFixed(2).padStart(7),
    memory.toFixed(0).padStart(7),
  ];
  return `${cells.join(" ")}  ${note}`;
}

/** Fingerprints among the JSON lines on stdout. */
function fingerprints({ stdout }: Cost): string {
  return `${stdout.split("\n").filter((line) => line.includes("decnet-prober")).length} events`;
}

/** Runs the benchmark. */
export async function benchProbe(full: boolean): Promise<void> {
  const many = addresses(20_000);
  const thousand = many.slice(0, 1000);
  const sample = full ? thousand : thousand.slice(0, 100);
  await using nginx = await startNginx("");
  await using openssh = await startOpenssh(["MaxStartups 10000"]);
  await using _hosts = await startHosts({
    real: many.filter((_, index) => index % PERIOD === 3),
    silent: many.filter((_, index) => index % PERIOD === 7),
    ports: { [TLS_PORT]: nginx.port, [SSH_PORT]: openssh.port },
    delay: DELAY_EACH_WAY_MS,
  });
  const load = Deno.loadavg().map((value) => value.toFixed(2)).join(" ");
  console.log(`load average ${load}; deadline 5 s; forwarder adds ${2 * DELAY_EACH_WAY_MS} ms`);
  console.log(`${"".padEnd(44)} targets   wall s targets/s   cpu s     MiB`);

  const runs: Cost[] = [];
  for (let run = 0; run < 3; run++) {
    const cost = await decnet(thousand, "--concurrency", "256");
    runs.push(cost);
    console.log(row("decnet --concurrency 256", 1000, cost, fingerprints(cost)));
  }
  const sequential = await decnet(sample, "--concurrency", "1");
  const scaled = sequential.wall * (thousand.length / sample.length);
  console.log(row("decnet --concurrency 1", sample.length, sequential, fingerprints(sequential)));
  const median = runs.map(({ wall }) => wall).sort((a, b) => a - b)[1]!;
  console.log(`  one after the other takes ${(scaled / median).toFixed(0)} times as long`);

  const large = await decnet(many, "--concurrency", "256");
  console.log(row("decnet --concurrency 256", many.length, large, fingerprints(large)));

  await benchJarmCost();
  await benchNmap(sample);
}

/** CPU of a JARM hello: two runs on plain loopback that differ by a known number of hellos. */
async function benchJarmCost(): Promise<void> {
  await using server = await startNginx("");
  const run = (count: number) => {
    const targets = Array<string>(count).fill("127.0.0.1").join("\n") + "\n";
    const port = ["--probe", "jarm", "--port", `jarm=${server.port}`];
    const args = ["run", "-A", "main.ts", "probe", "--no-state", ...port];
    return measure([Deno.execPath(), ...args, "--allow", "127.0.0.0/8", "-"], targets);
  };
  const few = await run(10);
  const more = await run(310);
  const perHello = (more.cpu - few.cpu) * 1000 / (300 * 10);
  console.log(
    `  CPU of a JARM hello: ${perHello.toFixed(2)} ms (300 targets more, 10 hellos each)`,
  );
}

async function benchNmap(targets: readonly string[]): Promise<void> {
  const list = await Deno.makeTempFile();
  await Deno.writeTextFile(list, targets.join("\n"));
  const ports = `${TLS_PORT},${SSH_PORT}`;
  const scripts = ["--script", "ssl-cert,ssh2-enum-algos", "-p", ports];
  const nmap = await measure(["nmap", "-n", "-Pn", "-sT", "-T4", ...scripts, "-iL", list]);
  const found = nmap.stdout.match(/Subject:|kex_algorithms/g)?.length ?? 0;
  console.log(
    row("nmap -T4 ssl-cert,ssh2-enum-algos (no JARM)", targets.length, nmap, `${found} scripts`),
  );
  const same = await decnet(targets, "--concurrency", "256", "--probe", "tlscert,hassh");
  console.log(row("decnet, the same two probes", targets.length, same, fingerprints(same)));
  await Deno.remove(list);
}
