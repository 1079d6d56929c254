/** Runs a command that does not end by itself, until its work is done. Linux only. */
import { type Cost, cpuSecondsOf, highWaterMark } from "./measure.ts";

const POLL_MS = 5;

/** Far beyond what any run takes. */
const HANGS_AFTER_MS = 300_000;

/** Bytes of the end of a file in which its last line is looked for. */
const TAIL = 4096;

/**
 * Runs `command` until the end of the file `output` holds `last`, and what it cost until then. It is ended
 * by a signal afterwards. @throws {Error} when it ends before
 */
export async function measureUntil(
  command: readonly string[],
  output: string,
  last: string,
): Promise<Cost> {
  const [program = "", ...args] = command;
  const start = performance.now();
  const child = new Deno.Command(program, { args, stdout: "null", stderr: "piped" }).spawn();
  let isOver = false;
  child.status.then(() => isOver = true);
  const stderr = new Response(child.stderr).text();
  while (!isOver && performance.now() - start < HANGS_AFTER_MS && !endOf(output).includes(last)) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  const wall = (performance.now() - start) / 1000;
  if (isOver) throw new Error(`${program} ended early: ${(await stderr).slice(0, 300)}`);
  const cost = { wall, cpu: cpuSecondsOf(child.pid), memory: highWaterMark(child.pid) };
  const isDone = endOf(output).includes(last);
  child.kill(isDone ? "SIGTERM" : "SIGKILL");
  await child.status;
  if (!isDone) throw new Error(`${program} did not come to the end`);
  return { ...cost, code: 0, stdout: "", stderr: await stderr };
}

/** The end of a file; empty where there is none yet. */
export function endOf(path: string): string {
  try {
    using file = Deno.openSync(path);
    const { size } = file.statSync();
    file.seekSync(Math.max(0, size - TAIL), Deno.SeekMode.Start);
    const bytes = new Uint8Array(TAIL);
    return new TextDecoder().decode(bytes.subarray(0, file.readSync(bytes) ?? 0));
  } catch {
    return "";
  }
}
