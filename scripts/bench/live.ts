// deno-lint-ignore-file no-console -- a benchmark prints figures
/**
 * Packets at rising rates over a virtual link in a namespace of its own: what the sniffer receives,
 * drops and costs with every fingerprint on, and without looking into the packets; beside tcpdump -w
 * /dev/null with a ring of the same size and p0f with the ring that it asks for; and what an idle
 * capture costs. Needs root and tcpdump.
 *
 * At last it sends all it can to `decnet sniff` and stops that by SIGINT. What is sent are connections of
 * many hosts with bulk data; of `handshakes` almost every packet gives an event or belongs to one.
 *
 * Usage: deno task bench live [--seconds=N] [--rates=N,...] [--capture=FILE|handshakes]
 * (rate 0: all it can)
 */
import { type NetworkNamespace, networkNamespace } from "../../tests/support/network_namespace.ts";
import { tempFolder } from "../../tests/support/temp_folder.ts";
import type { Received } from "./live_receiver.ts";
import type { Sent } from "./live_sender.ts";
import { v8Flags } from "../compile.ts";
import { findCommand } from "../test_tools.ts";
import { clientCaptures, makeLargeCapture } from "./large_capture.ts";
import { cpuSecondsOf } from "./measure.ts";

const here = (name: string) => new URL(name, import.meta.url).pathname;
const decoder = new TextDecoder();

const DEFAULT_SECONDS = 2;

const IDLE_MS = 5000;

/** How long the sniffer runs before it is stopped. */
const STOP_AFTER_MS = 1500;

/** Packets of the capture that is sent again and again. */
const MIXED_PACKETS = 100_000;

/** Packets that are sent before, at a rate at which none is lost: by then the runtime has compiled the rest. */
const WARM_PACKETS = 600_000;
const WARM_RATE = 200_000;

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

/**
 * Resolves when the stream has shown `mark`. It is read on, for whoever fills a pipe that is not read
 * stops working; the function gives all of it, once it has ended.
 */
async function until(stream: ReadableStream<Uint8Array>, mark: string) {
  let text = "";
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const read = async () => {
    for await (const chunk of stream) {
      text += decoder.decode(chunk, { stream: true });
      if (text.includes(mark)) resolve();
    }
    reject(new Error(`ended before it was ready: ${text}`));
    return text;
  };
  const whole = read();
  await promise;
  return () => whole;
}

type Run = (space: NetworkNamespace, during: () => Promise<unknown>) => Promise<Received>;

/**
 * Our receiver, with the whole engine behind it or nothing.
 *
 * @param files what is sent before packets count; nothing without
 */
function ours(work: "engine" | "records", files?: readonly string[]): Run {
  return async (space, during) => {
    const receiver = here("live_receiver.ts");
    const warm = files === undefined ? 0 : WARM_PACKETS;
    const child = start(space, [
      ...[Deno.execPath(), "run", "-A", ...v8Flags(), receiver, "far", work, String(warm)],
    ]);
    const rest = await until(child.stdout, "ready\n");
    if (files !== undefined) await send(space, files, warm, WARM_RATE);
    await during();
    await child.stdin.close();
    const result = JSON.parse((await rest()).split("\n")[1]!) as Received;
    await child.stderr.cancel();
    await child.status;
    return result;
  };
}

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
  return {
    packets: figure("captured"),
    dropped: figure("dropped by kernel"),
    cpu,
    warmCpu: NaN,
    lag: NaN,
    turn: NaN,
  };
};

/** It has no count of what it lost: `dropped` is left open, and its packets are those over TCP. */
const p0f: Run = async (space, during) => {
  // It takes regular files only.
  const log = await Deno.makeTempFile();
  const child = start(space, ["p0f", "-i", "far", "-o", log]);
  const rest = await until(child.stdout, "Entered main event loop");
  const before = cpuSecondsOf(child.pid);
  await during();
  await new Promise((resolve) => setTimeout(resolve, 500));
  const cpu = cpuSecondsOf(child.pid) - before;
  child.kill("SIGINT");
  const packets = Number(/Processed (\d+) packets/.exec(await rest())?.[1]);
  await child.stdin.close();
  await child.stderr.cancel();
  await child.status;
  await Deno.remove(log);
  return { packets, dropped: NaN, cpu, warmCpu: NaN, lag: NaN, turn: NaN };
};

/**
 * `warm-up s` is the CPU time of the packets that do not count; `turn ms` is what of `lag ms` is the
 * receiver's own work, the rest is that of the machine.
 */
const HEADS = [
  ...["receiver", "asked pps", "real pps", "sent", "received", "dropped"],
  ...["us/packet", "warm-up s", "lag ms", "turn ms"],
];

/** Whom the sniffer becomes: nobody. */
const NOBODY = 65534;

/** Sends all that goes to `decnet sniff`, and stops it in the middle of that. */
async function benchStop(space: NetworkNamespace, files: readonly string[]): Promise<void> {
  const folder = await Deno.makeTempDir();
  await Deno.chown(folder, NOBODY, NOBODY);
  const main = new URL("../../main.ts", import.meta.url).pathname;
  const sniffer = start(space, [
    ...[Deno.execPath(), "run", "--quiet", "--no-prompt", "-P=decnet", main],
    ...["sniff", "-i", "far", "--out", `${folder}/log`, "--stats"],
  ]);
  const events = sniffer.stdout.pipeTo(new WritableStream());
  await sniffer.stdin.close();
  const rest = await until(sniffer.stderr, "captures on");
  const flood = send(space, files, MOST_PACKETS, 0);
  await new Promise((resolve) => setTimeout(resolve, STOP_AFTER_MS));
  const asked = performance.now();
  sniffer.kill("SIGINT");
  const text = await rest();
  await events;
  await sniffer.status;
  const late = performance.now() - asked;
  const { seconds } = await flood;
  await Deno.remove(folder, { recursive: true });
  const rate = Math.round(MOST_PACKETS / seconds);
  console.log(
    `SIGINT after ${STOP_AFTER_MS} ms of ${rate} pps: ended ${late.toFixed(0)} ms later`,
  );
  console.log(text.split("\n").filter((line) => /packets/.test(line)).join("\n"));
}

function row(cells: readonly (string | number)[]): string {
  return cells.map((cell) => String(cell).padStart(12)).join("");
}

function figure(value: number, digits: number): string {
  return Number.isNaN(value) ? "-" : value.toFixed(digits);
}

/** Runs the benchmark. */
export async function benchLive(): Promise<void> {
  const flag = (name: string) =>
    Deno.args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3);
  const given = flag("capture");
  await using folder = await tempFolder();
  const mixed = `${folder.path}/mixed.pcap`;
  if (given === undefined) makeLargeCapture(mixed, MIXED_PACKETS, clientCaptures());
  const files = given === "handshakes" ? clientCaptures() : [given ?? mixed];
  const duration = Number(flag("seconds") ?? DEFAULT_SECONDS);
  const rates = flag("rates")?.split(",").map(Number) ?? DEFAULT_RATES;
  const receivers = new Map<string, Run>([
    ["decnet", ours("engine", files)],
    ["no decoding", ours("records", files)],
    ["tcpdump", tcpdump],
  ]);
  if (findCommand("p0f") !== undefined) receivers.set("p0f", p0f);
  await using space = await networkNamespace();
  const idle = await ours("engine")(space, () => new Promise((done) => setTimeout(done, IDLE_MS)));
  console.log(`idle for ${IDLE_MS / 1000} s: ${(idle.cpu / IDLE_MS * 1e5).toFixed(2)} % of a core`);
  console.log(row(HEADS));
  for (const rate of rates) {
    for (const [name, run] of receivers) {
      const count = Math.min(MOST_PACKETS, (rate === 0 ? 1_000_000 : rate) * duration);
      let sent: Sent | undefined;
      const got = await run(space, async () => void (sent = await send(space, files, count, rate)));
      console.log(row([
        name,
        rate === 0 ? "max" : rate,
        Math.round(count / sent!.seconds),
        count,
        got.packets,
        figure(got.dropped, 0),
        figure(got.cpu / got.packets * 1e6, 2),
        figure(got.warmCpu, 2),
        figure(got.lag, 0),
        figure(got.turn, 0),
      ]));
    }
  }
  await benchStop(space, files);
}
