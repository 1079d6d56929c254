// deno-lint-ignore-file no-console -- a benchmark prints figures
/**
 * Benchmarks; they print figures and judge nothing.
 *
 * Usage: deno task bench [startup] [probe [--full]] [sniff [--capture=FILE] [--rounds=N]]
 *        [live [--seconds=N] [--rates=N,...] [--capture=FILE]]
 *
 *        [syn]
 *
 * Without names all but `live` and `syn` run: these need root and a machine that has nothing else to do.
 */
import { benchLive } from "./bench/live.ts";
import { benchProbe } from "./bench/probe.ts";
import { benchSniff } from "./bench/sniff.ts";
import { benchStartup } from "./bench/startup.ts";
import { benchSyn } from "./bench/syn.ts";

const BENCHMARKS: Readonly<Record<string, () => Promise<void>>> = {
  startup: benchStartup,
  probe: () => benchProbe(Deno.args.includes("--full")),
  sniff: benchSniff,
  live: benchLive,
  syn: benchSyn,
};

const DEFAULTS = Object.keys(BENCHMARKS).filter((name) => name !== "live" && name !== "syn");

const wanted = Deno.args.filter((arg) => !arg.startsWith("--"));
for (const name of wanted.length > 0 ? wanted : DEFAULTS) {
  const bench = BENCHMARKS[name];
  if (bench === undefined) {
    console.error(`no benchmark "${name}"; there are ${Object.keys(BENCHMARKS).join(", ")}`);
    Deno.exit(2);
  }
  await bench();
}
