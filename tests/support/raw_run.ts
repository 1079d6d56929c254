/** Runs raw probes and what they probe in network namespaces. */
import type { Fields } from "../../lib/event/event.ts";
import type { NetworkNamespace } from "./network_namespace.ts";
import type { RawJob, RawJobResult, RawJobs } from "./raw_probe_child.ts";
import type { SweepCount, SweepJob } from "./raw_sweep_child.ts";

const here = (name: string) => new URL(name, import.meta.url).pathname;

/** What the process may do. */
export interface RawRunOptions {
  readonly become?: RawJobs["become"];
  readonly sourceAddress?: string;
  /** Deno's permissions; everything by default. */
  readonly permissions?: readonly string[];
}

/** Runs probes on a host, all at the same time, and returns their results. */
export async function runRawProbes(
  host: NetworkNamespace,
  jobs: readonly RawJob[],
  { permissions = ["-A"], ...options }: RawRunOptions = {},
): Promise<RawJobResult[]> {
  const flags = ["--quiet", "--no-prompt", ...permissions, here("raw_probe_child.ts")];
  const args = JSON.stringify({ jobs, ...options });
  return JSON.parse(await host.run(Deno.execPath(), "run", ...flags, args)) as RawJobResult[];
}

/** Sweeps addresses from a host, and returns what came of it. */
export async function runSweep(host: NetworkNamespace, job: SweepJob): Promise<SweepCount> {
  const args = ["run", "--quiet", "-A", here("raw_sweep_child.ts"), JSON.stringify(job)];
  return JSON.parse(await host.run(Deno.execPath(), ...args)) as SweepCount;
}

/** The fields of a finding. @throws {Error} for a miss, with all of it */
export function fieldsOf(result: RawJobResult | undefined): Fields {
  if (result?.outcome === "ok") return result.fields;
  throw new Error(`no finding: ${JSON.stringify(result)}`);
}

/** A program that runs until it is disposed of. */
export interface RunningChild extends AsyncDisposable {
  /** What it printed as its first line. */
  readonly firstLine: string;
}

/** Starts a program of this folder on a host, and waits for its first line. */
export async function startChild(
  host: NetworkNamespace,
  program: string,
  ...args: string[]
): Promise<RunningChild> {
  const [first = "", ...rest] = [...host.enter, Deno.execPath(), "run", "-A", here(program)];
  const child = new Deno.Command(first, {
    args: [...rest, ...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("\n")) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`${program} ended before it was ready`);
    text += value;
  }
  return {
    firstLine: text.split("\n")[0]!,
    [Symbol.asyncDispose]: async () => {
      await child.stdin.close();
      await reader.cancel();
      await child.status;
    },
  };
}

/** Listens on TCP ports of a host. */
export function listenOn(
  host: NetworkNamespace,
  ...ports: readonly number[]
): Promise<RunningChild> {
  return startChild(host, "raw_listener_child.ts", ...ports.map(String));
}
