// deno-lint-ignore-file no-console -- a benchmark prints figures
/**
 * Packets at rising rates over a virtual link in a namespace of its own: what libpcap through ffi/
 * receives, drops and costs, beside tcpdump -w /dev/null with a ring of the same size; and what an
 * idle capture costs. Needs root and tcpdump.
 *
 * Usage: deno run -A scripts/bench/live.ts [--seconds=N] [--rates=N,...] CAPTURE...   (rate 0: all it can)
 */
import { type NetworkNamespace, networkNamespace } from "../../tests/support/network_namespace.ts";
import type { Received } from "./live_receiver.ts";
import type { Sent } from "./live_sender.ts";
import { cpuSecondsOf } from "./measure.ts";

const here = (name: string) => new URL(name, import.meta.url).pathname;
const decoder = new TextDecoder();

const DEFAULT_SECONDS = 2;

/** A run longer than this shows nothing new and takes the machine away from others. */
const MOST_PACKETS = 4_000_000;

const DEFAULT_RATES = [50_000, 200_000, 400_000, 800_000, 0];

async function send(
  space: NetworkNamespace,
  files: readonly string[],
  count: number,
  rate: number,
): Promise<Sent> {
  const speed = rate === 0 ? "Infinity" : String(rate);
  const args = ["run", "-A", here("live_sender.ts"), "near", String(count), speed, ...files];
  return JSON.parse(await space.run(Deno.execPath(), ...args)) as Sent;
}

function start(space: NetworkNamespace, command: readonly string[]) {
  const [first = "", ...rest] = [...space.enter, ...command];
  return new Deno.Command(first, {
    args: rest,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Resolves when the stream has shown `mark`; what follows is read by `rest`. */
async function until(stream: ReadableStream<Uint8Array>, mark: string) {
  const reader = stream.getReader();
  let text = "";
  while (!text.includes(mark)) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`ended before it was ready: ${text}`);
    text += decoder.decode(value, { stream: true });
  }
  return async () => {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return text;
      text += decoder.decode(value, { stream: true });
    }
  };
}

type Run = (space: NetworkNamespace, during: () => Promise<unknown>) => Promise<Received>;

const ours: Run = async (space, during) => {
  const child = start(space, [Deno.execPath(), "run", "-A", here("live_receiver.ts"), "far"]);
  const rest = await until(child.stdout, "ready\n");
  await during();
  await child.stdin.close();
  const result = JSON.parse((await rest()).split("\n")[1]!) as Received;
  await child.stderr.cancel();
  await child.status;
  return result;
};

const tcpdump: Run = async (space, during) => {
  const ring = String(64 * 1024);
  const child = start(space, [
    "tcpdump",
    "-Z",
    "root",
    "-pni",
    "far",
    "-B",
    ring,
    "-w",
    "/dev/null",
  ]);
  const rest = await until(child.stderr, "listening on");
  const before = cpuSecondsOf(child.pid);
  await during();
  // It asks for a block once a second at least.
  await new Promise((resolve) => setTimeout(resolve, 1200));
  const cpu = cpuSecondsOf(child.pid) - before;
  child.kill("SIGINT");
  const text = await rest();
  const figure = (what: string) => Number(new RegExp(`(\\d+) packets? ${what}`).exec(text)?.[1]);
  await child.stdin.close();
  await child.stdout.cancel();
  await child.status;
  return { packets: figure("captured"), dropped: figure("dropped by kernel"), cpu, lag: NaN };
};

function row(cells: readonly (string | number)[]): string {
  return cells.map((cell) => String(cell).padStart(12)).join("");
}

async function main(args: readonly string[]): Promise<void> {
  const files = args.filter((arg) => !arg.startsWith("--"));
  const flag = (name: string) =>
    args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3);
  if (files.length === 0) {
    console.error("usage: live.ts [--seconds=N] [--rates=N,...] CAPTURE...");
    Deno.exit(2);
  }
  const duration = Number(flag("seconds") ?? DEFAULT_SECONDS);
  const rates = flag("rates")?.split(",").map(Number) ?? DEFAULT_RATES;
  await using space = await networkNamespace();
  const idle = await ours(space, () => new Promise((resolve) => setTimeout(resolve, 3000)));
  console.log(`idle for 3 s: ${(idle.cpu / 3 * 100).toFixed(2)} % of a core`);
  console.log(
    row([
      "receiver",
      "asked pps",
      "real pps",
      "sent",
      "received",
      "dropped",
      "us/packet",
      "lag ms",
    ]),
  );
  for (const rate of rates) {
    for (const [name, run] of [["decnet", ours], ["tcpdump", tcpdump]] as const) {
      const count = Math.min(MOST_PACKETS, (rate === 0 ? 1_000_000 : rate) * duration);
      let sent: Sent | undefined;
      const got = await run(space, async () => void (sent = await send(space, files, count, rate)));
      const real = Math.round(count / sent!.seconds);
      const cost = (got.cpu / got.packets * 1e6).toFixed(2);
      const asked = rate === 0 ? "max" : rate;
      const lag = Number.isNaN(got.lag) ? "-" : got.lag.toFixed(0);
      console.log(
        row([
          name,
          asked,
          real,
          count,
          got.packets,
          got.dropped,
          cost,
          lag,
          sent!.meanBytes.toFixed(0),
        ]),
      );
    }
  }
}

if (import.meta.main) await main(Deno.args);
