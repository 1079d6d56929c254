// deno-lint-ignore-file no-console -- a benchmark prints figures
/**
 * Lines of decoys to both files: `decnet collect` from a pipe and from a file, beside rsyslog from a file to
 * one file of JSON, and DECNET's own loop stated anew in Python. Each on one core, in turn, so that a change
 * of load meets all of them; rsyslog and Python read an eighth. Then what the receivers of syslog take.
 *
 * Usage: deno task bench collect [--lines=N] [--attackers=N] [--rounds=N] [--core=N]
 */
import { findCommand } from "../test_tools.ts";
import { benchSyslog } from "./collect_syslog.ts";
import { makeDecoyLines } from "./decoy_lines.ts";
import { type Cost, measure, spread } from "./measure.ts";
import { measureUntil } from "./measure_until.ts";

const LINES = 1_200_000;
const ATTACKERS = 100_000;
const ROUNDS = 5;

/** The slow ones read this part of the lines. */
const SLOW_SHARE = 8;

const MIB = 1024 * 1024;

/** Type of the last line's event, by which its arrival is seen. */
const LAST = "bench_end";

/** `deno task decnet`, as it is in deno.json. */
const DECNET = [
  ...[Deno.execPath(), "run", "--quiet", "--no-prompt", "--v8-flags=--max-semi-space-size=4"],
  ...["-P=decnet", "main.ts"],
];

/** rsyslog with larger batches than it has by default, to its advantage. */
const rsyslogConfig = (folder: string, input: string, output: string) => `
global(workDirectory="${folder}")
main_queue(queue.size="100000" queue.dequeueBatchSize="4096")
module(load="imfile")
template(name="record" type="list" option.jsonf="on") {
  property(outname="timestamp" name="timereported" dateFormat="rfc3339" format="jsonf")
  property(outname="decky" name="hostname" format="jsonf")
  property(outname="service" name="app-name" format="jsonf")
  property(outname="event_type" name="msgid" format="jsonf")
  property(outname="fields" name="structured-data" format="jsonf")
  property(outname="msg" name="msg" format="jsonf")
  property(outname="raw_line" name="rawmsg" format="jsonf")
}
input(type="imfile" file="${input}" tag="decoys" needParse="on")
action(type="omfile" file="${output}" template="record" ioBufferSize="256k")
`;

interface Contender {
  readonly name: string;
  /** Part of the lines that it reads. */
  readonly share: number;
  readonly run: (folder: string) => Promise<Cost>;
  readonly costs: Cost[];
}

/** Runs the benchmark. */
export async function benchCollect(): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const lines = Number(flag("lines") ?? LINES);
    const attackers = Number(flag("attackers") ?? ATTACKERS);
    const path = `${folder}/lines.log`;
    const size = makeDecoyLines(path, lines, attackers);
    const part = `${folder}/part.log`;
    makeDecoyLines(part, Math.ceil(lines / SLOW_SHARE), attackers);
    await measure(["sync"]);
    const contenders = findContenders(path, part);
    const rounds = Number(flag("rounds") ?? ROUNDS);
    // The first round fills the caches.
    for (let round = 0; round <= rounds; round++) {
      for (const { name, run, costs } of contenders) {
        const place = `${folder}/run`;
        await Deno.mkdir(place);
        const cost = await run(place);
        if (cost.code !== 0) throw new Error(`${name} failed: ${cost.stderr.slice(0, 300)}`);
        if (round > 0) costs.push(cost);
        await Deno.remove(place, { recursive: true });
      }
    }
    const load = Deno.loadavg().map((value) => value.toFixed(1)).join(" ");
    console.log(
      `${lines} lines of ${attackers} attackers, ${(size / MIB).toFixed(0)} MiB, core ${core()}; ` +
        `medians of ${rounds} rounds (spread of CPU in brackets), per CPU second and ratio of the ` +
        `least; load ${load}`,
    );
    report(contenders, lines);
    await benchSyslog(path, lines, [...DECNET, "collect"], core());
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function flag(name: string): string | undefined {
  return Deno.args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3);
}

/** The core that all run on: the last, for interrupts are on the first. */
function core(): string {
  return flag("core") ?? String(navigator.hardwareConcurrency - 1);
}

function findContenders(path: string, part: string): Contender[] {
  const all: Contender[] = [];
  const add = (name: string, run: Contender["run"], share = 1) => {
    all.push({ name, share, run, costs: [] });
  };
  const pinned = ["taskset", "-c", core()];
  add("decnet collect -", (folder) => {
    const args = [...DECNET, "collect", "-", "--quiet", ...places(folder)];
    return measure(fed(path, [...pinned, ...args]));
  });
  add("decnet collect --file", (folder) => {
    const args = [...DECNET, "collect", "--file", path, "--quiet", ...places(folder)];
    return measureUntil([...pinned, ...args], `${folder}/out.json`, LAST);
  });
  if (findCommand("rsyslogd") === undefined) console.log("rsyslogd is not installed");
  else {
    for (const [name, prefix] of [["", pinned], [", any core", []]] as const) {
      add(`rsyslog imfile, omfile${name}`, async (folder) => {
        const config = `${folder}/rsyslog.conf`;
        const output = `${folder}/out.json`;
        await Deno.writeTextFile(config, rsyslogConfig(folder, part, output));
        const args = ["rsyslogd", "-n", "-iNONE", "-f", config];
        return await measureUntil([...prefix, ...args], output, LAST);
      }, 1 / SLOW_SHARE);
    }
  }
  const loop = new URL("collect_loop.py", import.meta.url).pathname;
  for (const [name, mode] of [["DECNET's loop", "whole"], ["... parses only", "parse"]] as const) {
    const run = (folder: string) =>
      measure([...pinned, "python3", loop, part, `${folder}/out`, mode]);
    add(name, run, 1 / SLOW_SHARE);
  }
  return all;
}

function places(folder: string): string[] {
  return ["--out", `${folder}/out`, "--state", `${folder}/state.db`];
}

/** The command with the file on a pipe, as a process that prints would have it. */
function fed(path: string, command: readonly string[]): string[] {
  return ["bash", "-c", 'exec "${@:2}" < <(exec cat "$1")', "bash", path, ...command];
}

function report(contenders: readonly Contender[], lines: number): void {
  // On a machine that has other work, what is least is least disturbed.
  const cpuOf = ({ costs, share }: Contender) => spread(costs.map(({ cpu }) => cpu)).min / share;
  const own = cpuOf(contenders[0]!);
  const heads = ["wall s", "CPU s", "(min-max)", "lines/s", "per CPU s", "RSS MiB", "CPU / ours"];
  console.log(`  ${"".padEnd(42)}${heads.map((head) => head.padStart(13)).join("")}`);
  for (const contender of contenders) {
    const { name, costs, share } = contender;
    const cpu = spread(costs.map(({ cpu }) => cpu));
    const wall = spread(costs.map(({ wall }) => wall)).median;
    const cells = [
      wall.toFixed(2),
      cpu.median.toFixed(2),
      `(${cpu.min.toFixed(2)}-${cpu.max.toFixed(2)})`,
      `${(lines * share / wall / 1000).toFixed(0)}k`,
      `${(lines * share / cpu.min / 1000).toFixed(0)}k`,
      spread(costs.map(({ memory }) => memory)).max.toFixed(0),
      (cpuOf(contender) / own).toFixed(2),
    ];
    const label = share === 1 ? name : `${name} (1/${Math.round(1 / share)} of it)`;
    console.log(`  ${label.padEnd(42)}${cells.map((cell) => cell.padStart(13)).join("")}`);
  }
}
