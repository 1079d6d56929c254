// deno-lint-ignore-file no-console -- a benchmark prints figures
/**
 * Reading a large capture: `decnet sniff` with every fingerprint, beside p0f, tshark, tcpdump, a loop
 * in C on libpcap, and dd. All read the same file from the page cache, in turn, so that a change of
 * load meets all of them; tshark reads the first tenth, for it would take minutes.
 *
 * Usage: deno task bench sniff [--capture=FILE] [--rounds=N]
 */
import { v8Flags } from "../compile.ts";
import { findCommand } from "../test_tools.ts";
import { clientCaptures, makeLargeCapture } from "./large_capture.ts";
import { type Cost, measure, spread } from "./measure.ts";

const PACKETS = 1_800_000;
const DEFAULT_ROUNDS = 5;
const MIB = 1024 * 1024;

/** tshark reads this part of the packets. */
const TSHARK_SHARE = 10;

interface Contender {
  readonly name: string;
  readonly command: readonly string[];
  /** Part of the capture that it reads. */
  readonly share: number;
  readonly costs: Cost[];
}

/** Runs the benchmark. */
export async function benchSniff(): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const capture = flag("capture") ?? await madeCapture(folder);
    const { size } = await Deno.stat(capture);
    const packets = await countPackets(capture);
    const contenders = await findContenders(capture, folder, packets);
    const rounds = Number(flag("rounds") ?? DEFAULT_ROUNDS);
    // The first round fills the caches.
    for (let round = 0; round <= rounds; round++) {
      for (const { name, command, costs } of contenders) {
        const cost = await measure(command);
        if (cost.code !== 0) throw new Error(`${name} failed: ${cost.stderr.slice(0, 300)}`);
        if (round > 0) costs.push(cost);
      }
    }
    console.log(
      `${packets} packets, ${(size / MIB).toFixed(0)} MiB; medians of ${rounds} rounds ` +
        `(spread of CPU in brackets); load ${
          Deno.loadavg().map((load) => load.toFixed(1)).join(" ")
        }`,
    );
    report(contenders, packets, size);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function flag(name: string): string | undefined {
  return Deno.args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3);
}

async function madeCapture(folder: string): Promise<string> {
  const path = `${folder}/large.pcap`;
  makeLargeCapture(path, PACKETS, clientCaptures());
  // Written pages would be written back under the first contenders.
  await measure(["sync"]);
  return path;
}

async function countPackets(capture: string): Promise<number> {
  const { stdout } = await measure(["tcpdump", "-nr", capture, "--count"]);
  return Number(/^(\d+) packet/m.exec(stdout)?.[1]);
}

async function findContenders(
  capture: string,
  folder: string,
  packets: number,
): Promise<Contender[]> {
  const run = [Deno.execPath(), "run", "-A", "--quiet", ...v8Flags(), "main.ts"];
  const decnet = [...run, "sniff", "--quiet", "-r", capture];
  const all: Contender[] = [];
  const add = (name: string, command: readonly string[], share = 1) => {
    if (findCommand(command[0]!) === undefined && !command[0]!.includes("/")) {
      console.log(`${name} is not installed`);
    } else all.push({ name, command, share, costs: [] });
  };
  add("dd", ["dd", `if=${capture}`, "of=/dev/null", "bs=1M"]);
  const loop = await compileLoop(folder);
  if (loop !== undefined) add("C loop on libpcap", [loop, capture]);
  add("tcpdump --count", ["tcpdump", "-nr", capture, "--count"]);
  add("decnet sniff, no event", shell([...decnet, "--only", "scan_detected"], "/dev/null"));
  add("decnet sniff, JSON lines", shell(decnet, `${folder}/events.json`));
  // Beside its log it tells all on standard output, line by line: into a pipe that costs half as much again.
  add("p0f", shell(["p0f", "-r", capture, "-o", `${folder}/p0f.log`], "/dev/null"));
  if (findCommand("tshark") !== undefined) {
    const part = `${folder}/part.pcap`;
    await measure(["tcpdump", "-r", capture, "-c", `${packets / TSHARK_SHARE}`, "-w", part]);
    const fields = [
      "tls.handshake.ja3",
      "tls.handshake.ja3s",
      "tcp.window_size",
      "http.request.uri",
    ];
    add(
      "tshark",
      ["tshark", "-r", part, "-T", "fields", ...fields.flatMap((field) => ["-e", field])],
      1 / TSHARK_SHARE,
    );
  }
  return all;
}

function shell(command: readonly string[], output: string): readonly string[] {
  return ["bash", "-c", 'exec "${@:2}" > "$1"', "bash", output, ...command];
}

/** The loop in C, or undefined where there is no compiler or no libpcap to build with. */
async function compileLoop(folder: string): Promise<string | undefined> {
  const source = new URL("pcap_loop.c", import.meta.url).pathname;
  const program = `${folder}/pcap_loop`;
  const { code } = await measure(["cc", "-O2", source, "-o", program, "-lpcap"]);
  if (code !== 0) console.log("the C loop cannot be built here: it needs cc and libpcap-dev");
  return code === 0 ? program : undefined;
}

function report(contenders: readonly Contender[], packets: number, size: number): void {
  const cpuOf = ({ costs, share }: Contender) => spread(costs.map(({ cpu }) => cpu)).median / share;
  const own = contenders.find(({ name }) => name === "decnet sniff, JSON lines")!;
  const heads = ["wall s", "CPU s", "(min-max)", "Mpps CPU", "MB/s CPU", "RSS MiB", "CPU / ours"];
  console.log(`  ${"".padEnd(26)}${heads.map((head) => head.padStart(13)).join("")}`);
  for (const contender of contenders) {
    const { name, costs, share } = contender;
    const cpu = spread(costs.map(({ cpu }) => cpu));
    const wall = spread(costs.map(({ wall }) => wall)).median;
    const memory = spread(costs.map(({ memory }) => memory)).median;
    const cells = [
      wall.toFixed(2),
      cpu.median.toFixed(2),
      `(${cpu.min.toFixed(2)}-${cpu.max.toFixed(2)})`,
      (packets * share / cpu.median / 1e6).toFixed(3),
      (size * share / cpu.median / 1e6).toFixed(0),
      memory.toFixed(0),
      (cpuOf(contender) / cpuOf(own)).toFixed(2),
    ];
    const label = share === 1 ? name : `${name} (1/${1 / share} of it)`;
    console.log(`  ${label.padEnd(26)}${cells.map((cell) => cell.padStart(13)).join("")}`);
  }
}
