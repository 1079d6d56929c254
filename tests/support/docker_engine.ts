/** A real Docker engine for the tests of one module, and containers that print numbered lines. */
import { ENGINE_COMMANDS, TestEngine } from "../../scripts/test_engine.ts";
import { findCommand } from "../../scripts/test_tools.ts";
import type { Requirement } from "./requirements.ts";

/** An engine can be started here. */
export const HAS_DOCKER: Requirement = {
  unmet: () => {
    if (Deno.build.os !== "linux") return "not Linux";
    if (Deno.uid() !== 0) return "not root";
    const missing = ENGINE_COMMANDS.find((command) => findCommand(command) === undefined);
    if (missing !== undefined) return `no ${missing}`;
    const unshare = findCommand("unshare");
    if (unshare === undefined) return "no unshare";
    // What some containers forbid, and an engine cannot do without.
    const { success } = new Deno.Command(unshare, {
      args: ["--mount", "mount", "-t", "tmpfs", "none", "/mnt"],
      stderr: "null",
    }).outputSync();
    return success ? undefined : "nothing may be mounted here";
  },
};

/** An engine that runs until it is disposed of. */
export async function dockerEngine(): Promise<TestEngine & AsyncDisposable> {
  const folder = await Deno.makeTempDir({ prefix: "decnet-e-" });
  const engine = new TestEngine(folder);
  await engine.start();
  return Object.assign(engine, {
    async [Symbol.asyncDispose]() {
      await engine.stop();
      await Deno.remove(folder, { recursive: true });
    },
  });
}

/** How a container prints. */
export interface Printing {
  /** Before each line, without spaces. @default nothing */
  readonly prefix?: string;
  /** Lines without a pause between them. @default 1 */
  readonly burst?: number;
  /** Pause between bursts. @default 20,000 */
  readonly microseconds?: number;
  /** Every so many lines one goes to stderr. @default none does */
  readonly stderrEach?: number;
  /** Lines of a run. @default no end */
  readonly lines?: number;
}

/** Prints `<run> <line>`, each from 1 on; the run counts the container's starts. */
export function numberedScript(
  { prefix = "", burst = 1, microseconds = 20_000, stderrEach, lines }: Printing = {},
): string {
  const echo = `echo "${prefix}$r $n"`;
  const print = stderrEach === undefined
    ? echo
    : `if [ $((n % ${stderrEach})) = 0 ]; then ${echo} >&2; else ${echo}; fi`;
  return [
    "r=$(cat /tmp/r 2>/dev/null); r=$((r + 1)); echo $r >/tmp/r; n=0",
    `while ${lines === undefined ? ":" : `[ $n -lt ${lines} ]`}; do`,
    `  i=0; while [ $i -lt ${burst} ]; do i=$((i + 1)); n=$((n + 1)); ${print}; done`,
    `  ${microseconds > 0 ? `/bin/busybox usleep ${microseconds}` : ":"}`,
    "done",
  ].join("\n");
}

/**
 * What {@linkcode numberedScript} printed, of the runs that `texts` tell of: each from 1 on. Give the lines in
 * their order; two streams of a container do not keep it.
 */
export function expectedNumbers(texts: readonly string[]): string[] {
  const expected: string[] = [];
  let [run, line] = [0, 0];
  for (const text of texts) {
    const [next] = numbersOf(text);
    line = next === run ? line + 1 : 1;
    run = next;
    expected.push(`${run} ${line}`);
  }
  return expected;
}

/**
 * The lines of all runs but the last but one, in order: the engine was killed in that, and has lost what it had
 * taken from the container and not written.
 */
export function withoutKilledRun(texts: readonly string[]): string[] {
  const last = Math.max(...texts.map((text) => numbersOf(text)[0]));
  return texts.filter((text) => numbersOf(text)[0] !== last - 1).toSorted((a, b) => {
    const [[runA, lineA], [runB, lineB]] = [numbersOf(a), numbersOf(b)];
    return runA - runB || lineA - lineB;
  });
}

function numbersOf(text: string): [run: number, line: number] {
  const [run = 0, line = 0] = text.split(" ").map(Number);
  return [run, line];
}

/** All lines of a container's log as the engine has it now, each with its time. */
export async function engineLog(engine: TestEngine, id: string): Promise<string[]> {
  const query = "stdout=1&stderr=1";
  const body = await engine.call("GET", `/containers/${id}/logs?${query}`);
  return body.split("\n").filter((line) => line !== "").map((line) =>
    // deno-lint-ignore no-control-regex -- the header of a frame
    line.replace(/^[\x00-\x02]\0\0\0[^]{4}/, "")
  );
}
