// deno-lint-ignore-file no-console -- a benchmark prints figures
/**
 * `decnet profile` over a made log: from nothing, and again after some more events; beside sqlite3 and jq,
 * which only count the events of each attacker.
 *
 * Usage: deno task bench profile [--events=N] [--attackers=N] [--rounds=N]
 */
import { makeAttackLog } from "../make_attack_log/make.ts";
import { TextFile } from "../make_attack_log/text_file.ts";
import { findCommand } from "../test_tools.ts";
import { type Cost, measure, spread } from "./measure.ts";

const DEFAULT_EVENTS = 1_000_000;
const DEFAULT_ATTACKERS = 20_000;
const DEFAULT_ROUNDS = 3;

/** Events that come between the first run and the second. */
const MORE = 1000;

const DECNET = [
  ...[Deno.execPath(), "run", "--quiet", "--no-prompt", "-P=decnet"],
  ...["--v8-flags=--max-semi-space-size=4", "main.ts", "profile", "--quiet", "--top", "10"],
];

/** Runs the benchmark. */
export async function benchProfile(): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const events = flag("events") ?? DEFAULT_EVENTS;
    const attackers = flag("attackers") ?? DEFAULT_ATTACKERS;
    const log = `${folder}/decnet.json`;
    makeLog(log, events, attackers, 1);
    const more = `${folder}/more.json`;
    makeLog(more, MORE, MORE / 20, 2);
    const { size } = await Deno.stat(log);
    console.log(`${events} events of ${attackers} attackers, ${Math.round(size / 1e6)} MB:`);
    const costs = new Map<string, Cost[]>();
    const rounds = flag("rounds") ?? DEFAULT_ROUNDS;
    for (let round = 0; round < rounds; round++) await runAll(folder, log, more, size, costs);
    console.log(`${"".padEnd(40)} events/s  wall s   cpu s     MiB (medians of ${rounds})`);
    for (const [name, list] of costs) {
      const median = (of: (cost: Cost) => number) => spread(list.map(of)).median;
      const [wall, cpu, memory] = [(cost: Cost) => cost.wall, cpuOf, memoryOf].map(median);
      const rate = name.includes("more") ? "" : Math.round(events / wall!).toString();
      console.log(
        `  ${name.padEnd(38)} ${rate.padStart(8)} ${wall!.toFixed(2).padStart(7)} ` +
          `${cpu!.toFixed(2).padStart(7)} ${memory!.toFixed(0).padStart(7)}`,
      );
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const cpuOf = ({ cpu }: Cost) => cpu;
const memoryOf = ({ memory }: Cost) => memory;

/** Each contender once; the log is as before afterwards. */
async function runAll(
  folder: string,
  log: string,
  more: string,
  size: number,
  costs: Map<string, Cost[]>,
): Promise<void> {
  const run = async (name: string, command: readonly string[]) => {
    const cost = await measure(command);
    if (cost.code !== 0) throw new Error(`${name}: ${cost.stderr}`);
    costs.set(name, [...costs.get(name) ?? [], cost]);
  };
  const db = `${folder}/profiles.db`;
  await run("decnet profile, from nothing", [...DECNET, log, "--db", db]);
  await Deno.writeFile(log, await Deno.readFile(more), { append: true });
  await run(`decnet profile, ${MORE} events more`, [...DECNET, log, "--db", db]);
  await Deno.truncate(log, size);
  for (const end of ["", "-wal", "-shm"]) await Deno.remove(db + end).catch(() => {});
  const sqlite = findCommand("sqlite3");
  if (sqlite !== undefined) {
    const query = "SELECT line ->> '$.attacker_ip' AS ip, count(*) AS n FROM log " +
      "WHERE json_valid(line) GROUP BY ip ORDER BY n DESC LIMIT 10;";
    await run("sqlite3, group by only", [
      ...[sqlite, ":memory:", "CREATE TABLE log (line TEXT);", ".mode ascii"],
      ...['.separator "\\037" "\\n"', `.import ${log} log`, query],
    ]);
  }
  const jq = findCommand("jq");
  if (jq !== undefined) {
    // jq alone would copy its object for each line.
    const counting =
      '"$1" -rR "fromjson? | .attacker_ip? // empty" "$2" | sort | uniq -c | sort -rn';
    await run("jq | sort | uniq -c", ["sh", "-c", counting, "sh", jq, log]);
  }
}

function makeLog(path: string, events: number, attackers: number, seed: number): void {
  using file = new TextFile(path);
  makeAttackLog({ events, attackers, seed }, {
    line: (text) => file.write(text),
    truth: () => {},
  });
}

function flag(name: string): number | undefined {
  const text = Deno.args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3);
  return text === undefined ? undefined : Number(text);
}
