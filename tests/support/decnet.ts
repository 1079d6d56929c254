/** Runs the executable as a user does. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** As `deno task decnet` starts it, with no more permissions than users grant it. */
const START = [
  ...[Deno.execPath(), "run", "--quiet", "--no-prompt", "--config", `${ROOT}deno.json`],
  "-P=decnet",
];

/** The command line of `decnet`, before its arguments. */
export const DECNET_COMMAND: readonly string[] = [...START, `${ROOT}main.ts`];

/** Far beyond what any run may take: when it passes, the program hangs. */
const HANGS_AFTER_MS = 240_000;

const POLL_MEMORY_MS = 25;

/** An event as the executable printed it. */
export interface PrintedEvent {
  readonly timestamp: string;
  readonly event_id: string;
  readonly event_type: string;
  readonly attacker_ip: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly msg?: string;
}

/** What a run of the executable came to. */
export interface DecnetRun {
  /** Exit code; 128 and more when a signal ended it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Greatest resident memory in bytes, as far as /proc told; 0 where there is none. */
  readonly peakMemory: number;
  readonly milliseconds: number;
}

/** How to start the executable. */
export interface DecnetOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** A command that runs the rest of its arguments, say a tracer. */
  readonly under?: readonly string[];
  /** What standard input holds. @default nothing */
  readonly stdin?: string | Uint8Array<ArrayBuffer>;
  /** Path of the module that is run. @default main.ts */
  readonly main?: string;
}

/** What `decnet` with `args` shows on a terminal, escape sequences included. */
export async function decnetOnTerminal(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const command = [...DECNET_COMMAND, ...args].map((word) => `'${word.replaceAll("'", "'\\''")}'`)
    .join(" ");
  const { stdout } = await new Deno.Command("script", {
    args: ["-qec", command, "/dev/null"],
    clearEnv: true,
    env: { ...ownEnvironment(), TERM: "xterm-256color", ...env },
    stdin: "null",
  }).output();
  return new TextDecoder().decode(stdout);
}

/** Starts `decnet` with `args`; its output is piped. */
export function startDecnet(
  args: readonly string[],
  { env, under = [], stdin, main = `${ROOT}main.ts` }: DecnetOptions = {},
): Deno.ChildProcess {
  const [command, ...rest] = [...under, ...START, main, ...args];
  return new Deno.Command(command!, {
    args: rest,
    clearEnv: true,
    env: { ...ownEnvironment(), ...env },
    stdin: stdin === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Runs `decnet` with `args` to its end. @throws {AssertionError} when it hangs. */
export async function decnet(
  args: readonly string[],
  options: DecnetOptions = {},
): Promise<DecnetRun> {
  const start = performance.now();
  const child = startDecnet(args, options);
  const fed = options.stdin === undefined ? undefined : feed(child.stdin, options.stdin);
  let hangs = false;
  const killer = setTimeout(() => {
    hangs = true;
    child.kill("SIGKILL");
  }, HANGS_AFTER_MS);
  let peakMemory = 0;
  const watcher = setInterval(() => {
    peakMemory = Math.max(peakMemory, residentPeak(child.pid));
  }, POLL_MEMORY_MS);
  // While it is fed: it may say more than a pipe holds.
  const { code, stdout, stderr } = await child.output();
  await fed;
  const milliseconds = performance.now() - start;
  clearTimeout(killer);
  clearInterval(watcher);
  const decoder = new TextDecoder();
  const run = {
    code,
    stdout: decoder.decode(stdout),
    stderr: decoder.decode(stderr),
    peakMemory,
    milliseconds,
  };
  assert.ok(!hangs, `decnet ${args.join(" ")} hangs: ${run.stderr}`);
  return run;
}

/** Writes all of standard input, as far as anybody reads it. */
async function feed(
  stream: WritableStream<Uint8Array<ArrayBuffer>>,
  input: string | Uint8Array<ArrayBuffer>,
): Promise<void> {
  const writer = stream.getWriter();
  try {
    await writer.write(typeof input === "string" ? new TextEncoder().encode(input) : input);
    await writer.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

/** The events on standard output. @throws {AssertionError} unless all went well. */
export function printedEvents({ code, stdout, stderr }: DecnetRun): PrintedEvent[] {
  assert.equal(code, 0, stderr);
  return parseEvents(stdout);
}

/** The events in JSON lines. @throws {SyntaxError} when a line is torn. */
export function parseEvents(lines: string): PrintedEvent[] {
  assert.ok(lines === "" || lines.endsWith("\n"), "the last line is torn");
  return lines.split("\n").slice(0, -1).map((line) => JSON.parse(line));
}

/** The environment without what would steer the executable. */
function ownEnvironment(): Record<string, string> {
  const entries = Object.entries(Deno.env.toObject());
  const rest = entries.filter(([name]) => !name.startsWith("DECNET_"));
  // Nor do settings files of this machine.
  return { ...Object.fromEntries(rest), DECNET_CONFIG: "" };
}

function residentPeak(pid: number): number {
  try {
    const status = Deno.readTextFileSync(`/proc/${pid}/status`);
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
