// deno-lint-ignore-file no-console -- a benchmark prints figures
/**
 * What a verb costs that uses no bus, no reports and no tracing, in this checkout and in one from before these
 * were there: start, modules, CPU and memory of a small run; and what tracing costs when it is on. All in turn,
 * round after round, so that a change of load meets all of them.
 *
 * Usage: deno task bench bare --before=[VERB,...=]FOLDER... [--rounds=N] [--only=VERB,...]
 *
 * A folder is a checkout; for verbs that came later, another one.
 */
import { fileURLToPath } from "node:url";
import { makeAttackLog } from "../make_attack_log/make.ts";
import { TextFile } from "../make_attack_log/text_file.ts";
import { makeDecoyLines } from "./decoy_lines.ts";
import { clientCaptures, makeLargeCapture } from "./large_capture.ts";
import { loadedModules } from "./loaded_modules.ts";
import { type Cost, measure, spread } from "./measure.ts";

const HERE = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

const DEFAULT_ROUNDS = 15;

const PACKETS = 300_000;
const LINES = 100_000;
const EVENTS = 60_000;

const VERBS = ["sniff", "collect", "tail", "profile", "probe"] as const;

type Verb = (typeof VERBS)[number];

/** A way to run a verb. */
interface Contender {
  readonly name: string;
  readonly folder: string;
  readonly env: readonly string[];
  readonly costs: Cost[];
}

/** Runs the benchmark. */
export async function benchBare(): Promise<void> {
  const before = checkouts();
  const rounds = Number(values("rounds")[0] ?? DEFAULT_ROUNDS);
  const only = values("only")[0]?.split(",") ?? VERBS;
  const folder = await Deno.makeTempDir();
  // Takes spans, and does nothing with them.
  const receiver = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      await request.arrayBuffer();
      return new Response();
    },
  );
  const traced = [
    ...["OTEL_DENO=true", "OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf"],
    `OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:${receiver.addr.port}`,
  ];
  try {
    const inputs = makeInputs(folder);
    console.log(
      `CPU s (user and system) and peak MiB over ${rounds} rounds, lowest / median / highest; load ` +
        Deno.loadavg().map((load) => load.toFixed(1)).join(" "),
    );
    for (const verb of VERBS) {
      if (!only.includes(verb)) continue;
      const old = before.get(verb);
      const contenders: Contender[] = [
        ...old === undefined ? [] : [{ name: "before", folder: old, env: [], costs: [] }],
        { name: "now", folder: HERE, env: [], costs: [] },
      ];
      await modules(verb, contenders);
      await compare(`${verb} --help`, contenders, rounds, () => [verb, "--help"]);
      contenders.push({ name: "now, traced", folder: HERE, env: traced, costs: [] });
      await compare(inputs[verb].what, contenders, rounds, inputs[verb].args);
    }
  } finally {
    await receiver.shutdown();
    await Deno.remove(folder, { recursive: true });
  }
}

function values(name: string): string[] {
  return Deno.args.filter((arg) => arg.startsWith(`--${name}=`)).map((arg) =>
    arg.slice(name.length + 3)
  );
}

/** The older checkout of each verb. */
function checkouts(): Map<string, string> {
  const found = new Map<string, string>();
  for (const value of values("before")) {
    const [, verbs, folder = ""] = /^(?:([a-z,]+)=)?(.*)$/.exec(value) ?? [];
    for (const verb of verbs?.split(",") ?? VERBS) {
      // A name of its own goes before one for all.
      if (verbs !== undefined || !found.has(verb)) found.set(verb, folder.replace(/\/$/, ""));
    }
  }
  return found;
}

async function modules(verb: Verb, contenders: readonly Contender[]): Promise<void> {
  const parts = await Promise.all(contenders.map(async ({ name, folder }) => {
    const { count, bytes } = await loadedModules(folder, verb);
    return `${name} ${count} (${Math.round(bytes / 1024)} KiB)`;
  }));
  console.log(`${verb}: own modules loaded: ${parts.join(", ")}`);
}

/** Something small for each verb to do. @param folder for what is read and written */
function makeInputs(
  folder: string,
): Record<Verb, { what: string; args: (turn: string) => string[] }> {
  const capture = `${folder}/in.pcap`;
  makeLargeCapture(capture, PACKETS, clientCaptures());
  const lines = `${folder}/in.log`;
  makeDecoyLines(lines, LINES, LINES / 50);
  const log = `${folder}/in.json`;
  {
    using file = new TextFile(log);
    makeAttackLog({ events: EVENTS, attackers: EVENTS / 60, seed: 1 }, {
      line: (text) => file.write(text),
      truth: () => {},
    });
  }
  return {
    sniff: {
      what: `sniff of ${PACKETS} packets`,
      args: () => ["sniff", "-q", "-r", capture],
    },
    collect: {
      what: `collect of ${LINES} lines`,
      args: (turn) => [
        ...[
          "collect",
          "-q",
          "-",
          "--out",
          `${turn}/out`,
          "--state",
          `${turn}/state.db`,
          `<${lines}`,
        ],
      ],
    },
    tail: {
      what: `tail of ${EVENTS} events, a fifth of them chosen`,
      args: () => ["tail", log, "--no-follow", "--from-start", "--service", "ssh,ftp"],
    },
    profile: {
      what: `profile of ${EVENTS} events`,
      args: (turn) => ["profile", "-q", log, "--db", `${turn}/profile.db`, "--top", "5"],
    },
    probe: {
      what: "probe of 256 closed ports",
      args:
        () => ["probe", "-q", "--no-state", "--probe", "jarm,hassh", "--port", "1", "127.0.1.0/25"],
    },
  };
}

async function compare(
  what: string,
  contenders: readonly Contender[],
  rounds: number,
  args: (folder: string) => readonly string[],
): Promise<void> {
  for (const { costs } of contenders) costs.length = 0;
  // The first round fills the caches.
  for (let round = 0; round <= rounds; round++) {
    for (const { name, folder, env, costs } of contenders) {
      const turn = await Deno.makeTempDir();
      try {
        const cost = await measure(command(folder, env, args(turn)));
        if (cost.code !== 0) throw new Error(`${name}: ${cost.stderr.slice(0, 300)}`);
        if (round > 0) costs.push(cost);
      } finally {
        await Deno.remove(turn, { recursive: true });
      }
    }
  }
  console.log(what);
  for (const { name, costs } of contenders) {
    const cpu = spread(costs.map((cost) => cost.cpu));
    const memory = spread(costs.map((cost) => cost.memory));
    const show = ({ min, median, max }: typeof cpu, digits: number) =>
      [min, median, max].map((value) => value.toFixed(digits).padStart(7)).join(" ");
    console.log(`  ${name.padEnd(12)} ${show(cpu, 3)}   ${show(memory, 0)}`);
  }
}

/** The command line of a checkout's decnet; an argument `<FILE` becomes its standard input. */
function command(folder: string, env: readonly string[], args: readonly string[]): string[] {
  const input = args.find((arg) => arg.startsWith("<"))?.slice(1) ?? "/dev/null";
  return [
    ...["env", ...env, "sh", "-c", 'exec "$@" <"$0" >/dev/null', input],
    ...[Deno.execPath(), "run", "--quiet", "--no-prompt", "--config", `${folder}/deno.json`],
    ...["-P=decnet", "--v8-flags=--max-semi-space-size=4", `${folder}/main.ts`],
    ...args.filter((arg) => !arg.startsWith("<")),
  ];
}
