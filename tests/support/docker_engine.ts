/** A real Docker engine for the tests of one module, and containers that print numbered lines. */
import { ENGINE_COMMANDS, NAMESPACES, TestEngine } from "../../scripts/test_engine.ts";
import { findCommand } from "../../scripts/test_tools.ts";
import type { Requirement } from "./requirements.ts";

/** An engine can be started here. */
export const HAS_DOCKER: Requirement = {
  unmet: () => {
    looked ??= { reason: missing() };
    return looked.reason;
  },
};

let looked: { readonly reason: string | undefined } | undefined;

function missing(): string | undefined {
  if (Deno.build.os !== "linux") return "not Linux";
  if (Deno.uid() !== 0) return "not root";
  const command = ENGINE_COMMANDS.find((name) => findCommand(name) === undefined);
  if (command !== undefined) return `no ${command}`;
  // What some containers forbid, and an engine cannot do without.
  const { success } = new Deno.Command(findCommand("unshare")!, {
    args: [...NAMESPACES, "mount", "-t", "tmpfs", "none", "/mnt"],
    stderr: "null",
  }).outputSync();
  return success ? undefined : "nothing may be mounted here";
}

/**
 * Engines for the tests of one module, each started when it is asked for first. They end behind the last test,
 * and with the process whatever becomes of it.
 */
export class SharedEngine {
  readonly #options: readonly string[];
  #engine: Promise<TestEngine> | undefined;

  /** @param options arguments of dockerd */
  constructor(...options: string[]) {
    this.#options = options;
    Deno.test.afterAll(() => this.#stop());
  }

  /** The engine, without containers of an earlier test. */
  async get(): Promise<TestEngine> {
    this.#engine ??= this.#start();
    const engine = await this.#engine;
    await engine.clear();
    return engine;
  }

  async #start(): Promise<TestEngine> {
    const engine = new TestEngine(
      await Deno.makeTempDir({ prefix: "decnet-e-" }),
      false,
      this.#options,
    );
    try {
      await engine.start();
      return engine;
    } catch (error) {
      await remove(engine);
      throw error;
    }
  }

  async #stop(): Promise<void> {
    const engine = await this.#engine?.catch(() => undefined);
    if (engine !== undefined) await remove(engine);
  }
}

async function remove(engine: TestEngine): Promise<void> {
  await engine.stop();
  await Deno.remove(engine.folder, { recursive: true });
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
  const pause = microseconds / 1_000_000;
  return [
    "r=$(cat /tmp/r 2>/dev/null); r=$((r + 1)); echo $r >/tmp/r; n=0",
    // The shell itself waits for what nobody writes: a process for each pause would cost more than all lines.
    "[ -p /tmp/f ] || mkfifo /tmp/f; exec 9<>/tmp/f",
    `while ${lines === undefined ? ":" : `[ $n -lt ${lines} ]`}; do`,
    `  i=0; while [ $i -lt ${burst} ]; do i=$((i + 1)); n=$((n + 1)); ${print}; done`,
    `  ${pause > 0 ? `read -r -t ${pause} -u 9 x` : ":"}`,
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

/**
 * All lines of a container's log, out of the files that json-file keeps: what the engine makes of them when it
 * is asked is not taken for granted.
 *
 * @param tty lines end as on a terminal
 */
export async function engineLog(engine: TestEngine, id: string, tty = false): Promise<string[]> {
  const folder = `${engine.folder}/data/containers/${id}`;
  const text = (await rotatedFiles(`${folder}/${id}-json.log`)).join("");
  const lines: string[] = [];
  let open = "";
  for (const record of text.split("\n")) {
    if (record === "") continue;
    const { log } = JSON.parse(record) as { readonly log: string };
    open += log;
    if (!log.endsWith("\n")) continue;
    lines.push(open.replace(tty ? /\r?\n$/ : /\n$/, ""));
    open = "";
  }
  return open === "" ? lines : [...lines, open];
}

/** Contents of a log and its rotated files, the oldest first. */
async function rotatedFiles(path: string): Promise<string[]> {
  const texts: string[] = [];
  for (let number = 0;; number++) {
    try {
      texts.unshift(await Deno.readTextFile(number === 0 ? path : `${path}.${number}`));
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      if (number > 0) return texts;
    }
  }
}
