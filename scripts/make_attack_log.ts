/**
 * Makes a log as a fleet of decoys would have it, and beside it what is true of each attacker in it.
 *
 * Usage: deno run -A scripts/make_attack_log.ts --events N --attackers M --seed S --out FILE --truth FILE
 *
 * The log has N lines about attackers, and a few that are about nobody or are no events at all. The last
 * line of the truth holds the totals. `-` for standard output. The same numbers make the same files.
 */
import { parseArgs } from "node:util";
import { makeAttackLog } from "./make_attack_log/make.ts";
import { MOST_ATTACKERS } from "./make_attack_log/plan.ts";
import { TextFile } from "./make_attack_log/text_file.ts";

const USAGE =
  "usage: make_attack_log.ts --events N --attackers M --seed S --out FILE --truth FILE (N >= 20 M)";

function main(args: readonly string[]): number {
  const options = readArguments(args);
  if (options === undefined) return usage();
  using log = new TextFile(options.out);
  using truths = new TextFile(options.truth);
  try {
    const totals = makeAttackLog(options, {
      line: (text) => log.write(text),
      truth: (truth) => truths.write(`${JSON.stringify(truth)}\n`),
    });
    truths.write(`${JSON.stringify({ totals: { ...totals, attackers: options.attackers } })}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return usage(error.message);
  }
}

function usage(reason?: string): number {
  const text = reason === undefined ? USAGE : `${reason}\n${USAGE}`;
  Deno.stderr.writeSync(new TextEncoder().encode(`${text}\n`));
  return 2;
}

function readArguments(args: readonly string[]) {
  const text = { type: "string" } as const;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { events: text, attackers: text, seed: text, out: text, truth: text },
    });
    const [events, attackers, seed] = [values.events, values.attackers, values.seed ?? "1"]
      .map((value) => /^\d{1,10}$/.test(value ?? "") ? Number(value) : NaN);
    const isRight = events! >= 1 && attackers! >= 1 && attackers! <= MOST_ATTACKERS && seed! >= 0;
    if (!isRight || values.out === undefined || values.truth === undefined) return undefined;
    return {
      ...{ events: events!, attackers: attackers!, seed: seed! },
      ...{ out: values.out, truth: values.truth },
    };
  } catch {
    return undefined;
  }
}

Deno.exit(main(Deno.args));
