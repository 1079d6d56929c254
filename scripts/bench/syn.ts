// deno-lint-ignore-file no-console -- a benchmark prints figures
/**
 * SYNs to a /16 behind a router: how fast, at what cost, and how many get lost, beside masscan and zmap;
 * once into silence, once to a host that answers each with a reset. Needs root and network namespaces.
 *
 * Usage: deno run -A scripts/bench/syn.ts [--rounds=N] [--repeats=N]
 */
import type { NetworkNamespace } from "../../tests/support/network_namespace.ts";
import type { SweepCount, SweepJob } from "../../tests/support/raw_sweep_child.ts";
import {
  counted,
  ip,
  type RawTopology,
  rawTopology,
  setRules,
} from "../../tests/support/raw_topology.ts";
import { findCommand } from "../test_tools.ts";
import { measure, spread } from "./measure.ts";
import type { Arrivals } from "./syn_counter.ts";

const NETWORK = "10.99.0.0/16";
const FIRST = "10.99.0.0";
const ADDRESSES = 65_536;
const PORT = 80;

const DEFAULT_ROUNDS = 16;
const DEFAULT_REPEATS = 3;

/** What one run of a program gave. */
interface Run {
  /** SYNs that it says it sent. */
  readonly sent: number;
  /** SYNs that arrived, and how fast. */
  readonly arrived: number;
  readonly rate: number;
  /** Seconds of processor time, its start included. */
  readonly cpu: number;
  /** Addresses of which it has heard. */
  readonly answers: number;
}

/** A program: starts a scan and tells how many SYNs it sent and whose answers it got. */
interface Scanner {
  readonly name: string;
  readonly command: (near: Near, rounds: number, rate: number) => readonly string[];
  readonly answers: (stdout: string) => number;
}

interface Near {
  readonly host: NetworkNamespace;
  readonly routerMac: string;
}

const here = (name: string) => new URL(name, import.meta.url).pathname;

function lines(text: string, pattern: RegExp): number {
  return new Set(text.split("\n").filter((line) => pattern.test(line))).size;
}

function ours(unprivileged: boolean): Scanner {
  return {
    name: unprivileged ? "decnet, NET_RAW" : "decnet",
    command: (_, rounds, rate) => {
      const job: SweepJob = {
        first: FIRST,
        addresses: ADDRESSES,
        rounds,
        port: PORT,
        rate,
        waitMs: 1000,
        unprivileged,
      };
      const child = here("../../tests/support/raw_sweep_child.ts");
      return [Deno.execPath(), "run", "-A", child, JSON.stringify(job)];
    },
    answers: (stdout) => {
      const { reset, syn_ack: synAck, unreachable } = JSON.parse(stdout) as SweepCount;
      return reset + synAck + unreachable;
    },
  };
}

const masscan: Scanner = {
  name: "masscan",
  command: ({ routerMac }, rounds, rate) => [
    findCommand("masscan")!,
    NETWORK,
    // A port each time, for it sends no second SYN.
    ...["-p", `${PORT}-${PORT + rounds - 1}`, "--rate", String(rate === 0 ? 10_000_000 : rate)],
    ...["--adapter", "right", "--router-mac", routerMac, "--wait", "1", "--show", "closed"],
    ...["-oL", "-"],
  ],
  answers: (stdout) => lines(stdout, /^closed tcp /),
};

const zmap: Scanner = {
  name: "zmap -T 1",
  command: ({ routerMac }, rounds, rate) => [
    findCommand("zmap")!,
    ...["-C", "/dev/null", "-b", "/dev/null", "-T", "1", "-p", String(PORT), "-P", String(rounds)],
    ...["-i", "right", "-G", routerMac, "-r", String(rate), "-c", "1", "-q"],
    ...["-f", "saddr", "--output-filter=success = 0 && repeat = 0", "-O", "csv", "-o", "-"],
    NETWORK,
  ],
  answers: (stdout) => lines(stdout, /^10\./),
};

async function scan(
  topology: RawTopology,
  near: Near,
  scanner: Scanner,
  rounds: number,
  rate: number,
): Promise<Run> {
  await setRules(topology.far, "prerouting", ...RULES[rate === 0 ? "silent" : "answering"]);
  const counter = start(topology.far, [
    Deno.execPath(),
    "run",
    "-A",
    here("syn_counter.ts"),
    "left",
  ]);
  const arrivals = await counter.ready();
  const command = [...near.host.enter, ...scanner.command(near, rounds, rate)];
  const { cpu, stdout, stderr, code } = await measure(command);
  if (code !== 0) throw new Error(`${command.join(" ")} failed:\n${stdout}${stderr}`);
  const { packets, seconds } = await arrivals();
  return {
    sent: ADDRESSES * rounds,
    arrived: await counted(topology.far, "syns"),
    rate: packets / seconds,
    cpu,
    answers: scanner.answers(stdout),
  };
}

/** Counted before anything else happens to them. */
const COUNT = "tcp flags & (syn|ack) == syn counter name syns";
const RULES = { silent: [COUNT, "tcp flags & (syn|ack) == syn drop"], answering: [COUNT] } as const;

function start(host: NetworkNamespace, command: readonly string[]) {
  const [first = "", ...args] = [...host.enter, ...command];
  const child = new Deno.Command(first, { args, stdin: "piped", stdout: "piped" }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  const more = async () => {
    const { done, value } = await reader.read();
    if (!done) text += value;
    return !done;
  };
  const finish = async (): Promise<Arrivals> => {
    await child.stdin.close();
    while (await more());
    await child.status;
    return JSON.parse(text.split("\n")[1]!) as Arrivals;
  };
  const ready = async () => {
    while (!text.includes("ready\n") && await more());
    return finish;
  };
  return { ready };
}

function row(cells: readonly (string | number)[]): string {
  return cells.map((cell, index) => String(cell).padStart(index === 0 ? 16 : 12)).join("");
}

async function compare(
  topology: RawTopology,
  near: Near,
  { rounds, rate, repeats }: { rounds: number; rate: number; repeats: number },
): Promise<void> {
  const what = rate === 0 ? "into silence, as fast as each can" : `each answered, ${rate} a second`;
  console.log(`\n${ADDRESSES * rounds} SYNs to ${NETWORK}, ${what}; medians of ${repeats}`);
  console.log(row(["", "SYNs/s", "slowest", "sent", "lost", "CPU s", "us/SYN", "answers"]));
  const scanners = [ours(false), ours(true), ...[masscan, zmap].filter(isInstalled)];
  const runs = new Map<Scanner, Run[]>(scanners.map((scanner) => [scanner, []]));
  // In turns, so that what else goes on here hits all of them.
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (const scanner of scanners) {
      runs.get(scanner)!.push(await scan(topology, near, scanner, rounds, rate));
    }
  }
  for (const [{ name }, list] of runs) {
    const of = (pick: (run: Run) => number) => spread(list.map(pick));
    const cpu = of((run) => run.cpu).median;
    console.log(row([
      name,
      Math.round(of((run) => run.rate).median),
      Math.round(of((run) => run.rate).min),
      list[0]!.sent,
      of((run) => run.sent - run.arrived).max,
      cpu.toFixed(2),
      (cpu / list[0]!.sent * 1e6).toFixed(2),
      rate === 0 ? "-" : of((run) => run.answers).min,
    ]));
  }
}

function isInstalled({ name }: Scanner): boolean {
  return findCommand(name.split(" ")[0]!) !== undefined;
}

/** SYNs a second at which answers are counted. */
const ANSWERED_RATES = [30_000, 100_000, 300_000];

/** The benchmark, with the flags of the command line. */
export async function benchSyn(args: readonly string[] = Deno.args): Promise<void> {
  const flag = (name: string, usual: number) =>
    Number(args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3) ?? usual);
  const repeats = flag("repeats", DEFAULT_REPEATS);
  await using topology = await rawTopology(0);
  // All of the network is the far host's own.
  await ip(topology.far, "route", "add", "local", NETWORK, "dev", "lo");
  const text = await ip(topology.far, "link", "show", "left");
  const routerMac = /link\/ether (\S+)/.exec(text)![1]!;
  const near = { host: topology.near, routerMac };
  await compare(topology, near, { rounds: flag("rounds", DEFAULT_ROUNDS), rate: 0, repeats });
  for (const rate of ANSWERED_RATES) await compare(topology, near, { rounds: 1, rate, repeats });
}

if (import.meta.main) await benchSyn();
