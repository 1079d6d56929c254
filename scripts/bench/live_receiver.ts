/**
 * Captures with ffi/, and takes the packets through the whole engine, whose events are written to a
 * file, or only walks the records; prints `ready`, runs until stdin ends and nothing more comes, and
 * prints what it saw. The first WARM packets do not count: they are those in which the runtime finds out
 * what to compile.
 *
 * Usage: deno run -A live_receiver.ts DEVICE engine|records WARM
 */
import process from "node:process";
import { LiveCapture } from "../../ffi/libpcap.ts";
import { FileSink } from "../../lib/event/file_sink.ts";
import { toJsonLine } from "../../lib/event/json.ts";
import { ownSignatures } from "../../lib/fingerprint/p0f/signatures.ts";
import { SavefileRecords } from "../../lib/net/pcap.ts";
import type { PacketHandler } from "../../lib/net/record_parser.ts";
import { Dedup } from "../../lib/sniff/dedup.ts";
import { Engine } from "../../lib/sniff/engine.ts";
import { Home } from "../../lib/sniff/home.ts";
import { Reporter } from "../../lib/sniff/reporter.ts";

/** What the receiver prints of the packets that count. */
export interface Received {
  readonly packets: number;
  readonly dropped: number;
  /** Seconds of user and system time. */
  readonly cpu: number;
  /** Those that the packets before took. */
  readonly warmCpu: number;
  /** How late a timer was at most, in milliseconds. */
  readonly lag: number;
  /** CPU time between two turns of a timer at most, in milliseconds: what of `lag` is our own. */
  readonly turn: number;
}

const TICK_MS = 10;
const QUIET_MS = 300;

async function print(text: string): Promise<void> {
  await Deno.stdout.write(new TextEncoder().encode(`${text}\n`));
}

/** Finds out how long other work keeps a timer from its turn. */
class Turns implements Disposable {
  /** Milliseconds that it was late at most, and CPU time in milliseconds from one to the next. */
  lag = 0;
  turn = 0;
  readonly #timer: ReturnType<typeof setInterval>;

  constructor() {
    let last = performance.now();
    let before = process.cpuUsage();
    this.#timer = setInterval(() => {
      const now = performance.now();
      const { user, system } = process.cpuUsage(before);
      this.lag = Math.max(this.lag, now - last - TICK_MS);
      this.turn = Math.max(this.turn, (user + system) / 1000);
      last = now;
      before = process.cpuUsage();
    }, TICK_MS);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

/** What is done with packets, and what has to be done after each batch. */
interface Work {
  readonly handle: PacketHandler;
  readonly flush: () => void;
}

/** As `decnet sniff` does it. */
function engineWork(): Work {
  const path = Deno.makeTempFileSync();
  addEventListener("unload", () => Deno.removeSync(path));
  const sink = new FileSink(path);
  let lines: string[] = [];
  const reporter = new Reporter({
    sensor: "bench",
    home: new Home(),
    dedup: new Dedup(300_000_000),
    onEvent: (event) => lines.push(toJsonLine(event)),
  });
  const engine = new Engine({ reporter, maxFlows: 65_536, ja4plus: true, stacks: ownSignatures() });
  const flush = () => {
    sink.append(lines);
    lines = [];
  };
  return { handle: engine.handle, flush };
}

async function receive(device: string, decode: boolean, warm: number): Promise<Received> {
  using capture = LiveCapture.open({ device });
  const { handle, flush } = decode ? engineWork() : { handle: () => {}, flush: () => {} };
  const records = new SavefileRecords(
    { linkType: capture.linkType, nanoseconds: false },
    handle,
  );
  let last = performance.now();
  let turns: Turns | undefined;
  let begin = process.cpuUsage();
  let warmCpu = 0;
  const running = capture.run(
    (bytes, count) => {
      // Not before there are packets, so that an idle capture is seen at its own cost.
      if (turns === undefined && records.packets >= warm) {
        turns = new Turns();
        warmCpu = seconds(process.cpuUsage(begin));
        begin = process.cpuUsage();
      }
      records.read(bytes, count);
      last = performance.now();
    },
    undefined,
    flush,
  );
  const waiting = () => {
    const { received, dropped } = capture.statistics();
    return records.packets < received - dropped;
  };
  begin = process.cpuUsage();
  await print("ready");
  await Deno.stdin.readable.pipeTo(new WritableStream());
  while (waiting() || performance.now() - last < QUIET_MS) {
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
  const cpu = seconds(process.cpuUsage(begin));
  turns?.[Symbol.dispose]();
  capture.close();
  await running;
  const { dropped } = capture.statistics();
  return {
    packets: records.packets - warm,
    dropped,
    cpu,
    warmCpu,
    lag: turns?.lag ?? NaN,
    turn: turns?.turn ?? NaN,
  };
}

function seconds({ user, system }: { readonly user: number; readonly system: number }): number {
  return (user + system) / 1e6;
}

if (import.meta.main) {
  const [device = "", work, warm] = Deno.args;
  await print(JSON.stringify(await receive(device, work !== "records", Number(warm))));
}
