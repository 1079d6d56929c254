/** The targets of `decnet probe`: the command line, files, standard input. */
import { hostCount, hostsOf, parseTarget, type TargetSpec } from "../lib/probe/target_spec.ts";
import type { Candidate } from "../lib/probe/run.ts";
import { UsageError, UserError } from "./exit_code.ts";
import { systemReason } from "../lib/system_error.ts";
import { readLines } from "../lib/text/lines.ts";

/** Where targets come from. */
export interface TargetSources {
  /** Words of the command line; `-` is standard input. */
  readonly words: readonly string[];
  /** Files with one target a line. */
  readonly files: readonly string[];
  /** Told of each line of a list that is no target. */
  readonly onBadLine: (source: string, line: number, reason: string) => void;
}

/** The name of standard input on the command line. */
const STDIN = "-";

/** Targets, checked as far as that can be done before the lists are read. */
export class TargetInput {
  /** Targets to come, or undefined when a list decides. */
  readonly total: number | undefined;
  readonly #named: readonly TargetSpec[];
  readonly #lists: readonly string[];
  readonly #onBadLine: TargetSources["onBadLine"];

  /** @throws {UsageError} when a word is no target, or there is none at all */
  constructor({ words, files, onBadLine }: TargetSources) {
    if (words.length === 0 && files.length === 0) {
      throw new UsageError("no target", "decnet probe 192.0.2.7, or - to read a list from stdin");
    }
    this.#named = words.filter((word) => word !== STDIN).map(parseWord);
    this.#lists = [...files, ...(words.includes(STDIN) ? [STDIN] : [])];
    this.#onBadLine = onBadLine;
    this.total = this.#lists.length > 0
      ? undefined
      : this.#named.reduce((sum, spec) => sum + hostCount(spec), 0);
  }

  /** All targets, made as they are asked for. @throws {UserError} when a file cannot be read */
  async *candidates(): AsyncGenerator<Candidate> {
    for (const spec of this.#named) {
      for (const host of hostsOf(spec)) yield { spec: host, origin: "named" };
    }
    for (const list of this.#lists) {
      let number = 0;
      for await (const line of linesOf(list)) {
        number++;
        const text = line.replace(/#.*/, "").trim();
        if (text === "") continue;
        const spec = this.#parseLine(text, list, number);
        if (spec === undefined) continue;
        for (const host of hostsOf(spec)) yield { spec: host, origin: "listed" };
      }
    }
  }

  #parseLine(text: string, list: string, number: number): TargetSpec | undefined {
    try {
      return parseTarget(text);
    } catch (error) {
      this.#onBadLine(list === STDIN ? "stdin" : list, number, (error as Error).message);
      return undefined;
    }
  }
}

function parseWord(word: string): TargetSpec {
  try {
    return parseTarget(word);
  } catch (error) {
    throw new UsageError(
      (error as Error).message,
      "decnet probe --help shows what a target may be",
    );
  }
}

async function* linesOf(list: string): AsyncGenerator<string> {
  try {
    const stream = list === STDIN ? Deno.stdin.readable : (await Deno.open(list)).readable;
    yield* readLines(stream);
  } catch (error) {
    throw new UserError(`cannot read targets from ${list}: ${systemReason(error)}`);
  }
}
