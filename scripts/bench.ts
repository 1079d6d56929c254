// deno-lint-ignore-file no-console -- a benchmark prints figures
/**
 * Benchmarks; they print figures and judge nothing.
 *
 * Usage: deno task bench [startup] [probe [--full]] [sniff [--capture=FILE] [--rounds=N]]
 *        [collect [--lines=N] [--attackers=N] [--rounds=N] [--core=N]]
 *        [live [--seconds=N] [--rates=N,...] [--capture=FILE]]
 *
 *        [profile [--events=N] [--attackers=N] [--rounds=N]]
 *        [bus [--events=N] [--rounds=N] [--single=N] [--lines=N]]
 *        [syn] [collect_docker] [tail [--size=MIB] [--large=MIB] [--rounds=N]]
 *        [bare --before=[VERB,...=]FOLDER... [--rounds=N] [--only=VERB,...]]
 *
 * Without names all but `live`, `syn`, `collect_docker` and `bare` run: the first three need root and a machine
 * that has nothing else to do, the last an older checkout.
 */
import { benchBare } from "./bench/bare.ts";
import { benchBus } from "./bench/bus.ts";
import { benchCollectDocker } from "./bench/collect_docker.ts";
import { benchCollect } from "./bench/collect.ts";
import { benchLive } from "./bench/live.ts";
import { benchProbe } from "./bench/probe.ts";
import { benchProfile } from "./bench/profile.ts";
import { benchSniff } from "./bench/sniff.ts";
import { benchStartup } from "./bench/startup.ts";
import { benchSyn } from "./bench/syn.ts";
import { benchTail } from "./bench/tail.ts";

const BENCHMARKS: Readonly<Record<string, () => Promise<void>>> = {
  startup: benchStartup,
  probe: () => benchProbe(Deno.args.includes("--full")),
  sniff: benchSniff,
  collect: benchCollect,
  live: benchLive,
  syn: benchSyn,
  tail: benchTail,
  profile: benchProfile,
  bus: benchBus,
  collect_docker: benchCollectDocker,
  bare: benchBare,
};

const NEED_MORE: readonly string[] = ["live", "syn", "collect_docker", "bare"];

const DEFAULTS = Object.keys(BENCHMARKS).filter((name) => !NEED_MORE.includes(name));

const wanted = Deno.args.filter((arg) => !arg.startsWith("-"));
const unknown = wanted.find((name) => !Object.hasOwn(BENCHMARKS, name));
const names = Object.keys(BENCHMARKS).join(", ");
if (Deno.args.includes("--help") || Deno.args.includes("-h")) {
  console.log(`usage: deno task bench [NAME...] [--OPTION=VALUE...]
names: ${names}; without one ${DEFAULTS.join(", ")}
options: see the head of scripts/bench.ts`);
  Deno.exit(0);
}
if (unknown !== undefined) {
  console.error(`no benchmark "${unknown}"; there are ${names}`);
  Deno.exit(2);
}
for (const name of wanted.length > 0 ? wanted : DEFAULTS) await BENCHMARKS[name]!();
