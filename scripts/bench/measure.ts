/** Runs a command and reads what the kernel says it cost. Linux only. */

/** What one run of a command cost. */
export interface Cost {
  /** Seconds from start to end. */
  readonly wall: number;
  /** Seconds of user and system time. */
  readonly cpu: number;
  /** Largest resident memory, in MiB. */
  readonly memory: number;
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Kernel clock ticks a second in /proc/PID/stat; 100 on every Linux platform of today. */
const TICKS = 100;

const POLL_MS = 10;

/**
 * Runs `command` to its end. CPU time is the shell's own account of its child; memory is the high
 * water mark, read while it runs (it only grows, so the last reading misses little).
 */
export async function measure(command: readonly string[], stdin?: string): Promise<Cost> {
  // `times` prints the shell's own times, then those of its children: the measured command's.
  const script = '"$@"; code=$?; times >&3; exit $code';
  const timesFile = await Deno.makeTempFile();
  const child = new Deno.Command("bash", {
    args: ["-c", `exec 3>${timesFile}; ${script}`, "measure", ...command],
    stdin: stdin === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const start = performance.now();
  // Fed while its output is read: a command that fills the pipe of its output stops reading.
  const fed = stdin === undefined ? undefined : feed(child.stdin, stdin);
  let memory = 0;
  const poll = setInterval(() => {
    for (const pid of childrenOf(child.pid)) memory = Math.max(memory, highWaterMark(pid));
  }, POLL_MS);
  const { code, stdout, stderr } = await child.output();
  await fed;
  const wall = (performance.now() - start) / 1000;
  clearInterval(poll);
  const cpu = childSeconds(await Deno.readTextFile(timesFile));
  await Deno.remove(timesFile);
  const decoder = new TextDecoder();
  return {
    wall,
    cpu,
    memory,
    code,
    stdout: decoder.decode(stdout),
    stderr: decoder.decode(stderr),
  };
}

async function feed(stream: WritableStream<Uint8Array>, text: string): Promise<void> {
  const writer = stream.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
}

function childrenOf(pid: number): number[] {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/task/${pid}/children`).split(" ").filter(Boolean)
      .map(Number);
  } catch {
    return [];
  }
}

/** Largest resident memory of a process so far, in MiB; 0 once it is gone. */
export function highWaterMark(pid: number): number {
  try {
    const status = Deno.readTextFileSync(`/proc/${pid}/status`);
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

/** User plus system seconds of the second line of bash's `times`: `0m1.230s 0m0.450s`. */
function childSeconds(times: string): number {
  const [, children = ""] = times.trim().split("\n");
  return [...children.matchAll(/(\d+)m([\d.]+)s/g)]
    .reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds), 0);
}

/** CPU seconds that a running process has used so far. */
export function cpuSecondsOf(pid: number): number {
  const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

/** Lowest, middle and highest of some figures. */
export function spread(values: readonly number[]): { min: number; median: number; max: number } {
  const sorted = [...values].sort((a, b) => a - b);
  return { min: sorted[0]!, median: sorted[sorted.length >> 1]!, max: sorted.at(-1)! };
}
