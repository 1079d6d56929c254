/**
 * Captures with ffi/ and walks the records, without looking into the packets; prints `ready`, runs
 * until stdin ends, and prints what it saw. It stops once 300 ms brought nothing.
 *
 * Usage: deno run -A live_receiver.ts DEVICE
 */
import process from "node:process";
import { LiveCapture } from "../../ffi/libpcap.ts";
import { SavefileRecords } from "../../lib/net/pcap.ts";

/** What the receiver prints. */
export interface Received {
  readonly packets: number;
  readonly dropped: number;
  /** Seconds of user and system time between `ready` and the end. */
  readonly cpu: number;
  /** How late a timer was at most, in milliseconds. */
  readonly lag: number;
}

const TICK_MS = 10;
const QUIET_MS = 300;

async function print(text: string): Promise<void> {
  await Deno.stdout.write(new TextEncoder().encode(`${text}\n`));
}

/** Tells every few milliseconds how late that was. */
function tick(tell: (late: number) => void): ReturnType<typeof setInterval> {
  let due = performance.now() + TICK_MS;
  return setInterval(() => {
    tell(performance.now() - due);
    due = performance.now() + TICK_MS;
  }, TICK_MS);
}

async function receive(device: string): Promise<Received> {
  using capture = LiveCapture.open({ device });
  let bytesSeen = 0;
  const records = new SavefileRecords(
    { linkType: capture.linkType, nanoseconds: false },
    (_bytes, _offset, captured) => void (bytesSeen += captured),
  );
  let last = performance.now();
  let lag = 0;
  let ticks: ReturnType<typeof setInterval> | undefined;
  const running = capture.run((bytes, count) => {
    // Not before there are packets, so that an idle capture is seen at its own cost.
    ticks ??= tick((late) => void (lag = Math.max(lag, late)));
    records.read(bytes, count);
    last = performance.now();
  });
  const start = process.cpuUsage();
  await print("ready");
  await Deno.stdin.readable.pipeTo(new WritableStream());
  while (performance.now() - last < QUIET_MS) {
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
  const { user, system } = process.cpuUsage(start);
  clearInterval(ticks);
  capture.close();
  await running;
  const { dropped } = capture.statistics();
  return { packets: records.packets, dropped, cpu: (user + system) / 1e6, lag };
}

if (import.meta.main) await print(JSON.stringify(await receive(Deno.args[0] ?? "")));
