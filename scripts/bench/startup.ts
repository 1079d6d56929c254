// deno-lint-ignore-file no-console -- a benchmark prints figures
/** What it costs to start decnet, beside an empty Deno program. */
import { measure, spread } from "./measure.ts";

const RUNS = 20;

/** Runs the benchmark: the commands in turn, so that a change of load meets all of them. */
export async function benchStartup(): Promise<void> {
  const empty = await Deno.makeTempFile({ suffix: ".js" });
  const run = (...args: string[]) => [Deno.execPath(), "run", "-A", ...args];
  const commands = new Map([
    ["empty program", run(empty)],
    ["decnet --version", run("main.ts", "--version")],
    ["decnet --help", run("main.ts", "--help")],
    ["decnet probe --help", run("main.ts", "probe", "--help")],
    [
      "decnet probe 127.0.0.1 (one closed port)",
      run("main.ts", "probe", "--no-state", "--probe", "jarm", "--port", "1", "127.0.0.1"),
    ],
  ]);
  const walls = new Map<string, number[]>();
  for (let round = 0; round <= RUNS; round++) {
    for (const [name, command] of commands) {
      const { wall } = await measure(command);
      // The first round fills the caches.
      if (round > 0) walls.set(name, [...walls.get(name) ?? [], wall * 1000]);
    }
  }
  console.log(`start, ms over ${RUNS} runs:${"".padEnd(22)} min  median     max`);
  for (const [name, values] of walls) {
    const { min, median, max } = spread(values);
    const cells = [min, median, max].map((value) => value.toFixed(1).padStart(7)).join(" ");
    console.log(`  ${name.padEnd(42)}${cells}`);
  }
  await Deno.remove(empty);
}
