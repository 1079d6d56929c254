/**
 * Watches how many packets arrive at an interface, until its stdin ends; prints `ready`, then one line
 * of JSON.
 *
 * Usage: deno run -A syn_counter.ts DEVICE
 */

/** What arrived. */
export interface Arrivals {
  readonly packets: number;
  /** Seconds from the first to the last. */
  readonly seconds: number;
}

const LOOK_MS = 10;

/** Silence in which a straggler belongs no longer to the stream, in milliseconds. */
const PAUSE_MS = 200;

async function print(text: string): Promise<void> {
  await Deno.stdout.write(new TextEncoder().encode(`${text}\n`));
}

if (import.meta.main) {
  const [device = ""] = Deno.args;
  const read = () =>
    Number(Deno.readTextFileSync(`/sys/class/net/${device}/statistics/rx_packets`));
  const start = read();
  let packets = 0;
  let first = 0;
  let last = 0;
  const look = () => {
    const now = performance.now();
    const seen = read() - start;
    // A handful is address resolution.
    if (seen > packets + 10) {
      if (first === 0) first = now;
      if (last === 0 || now - last < PAUSE_MS) last = now;
    }
    packets = seen;
  };
  const timer = setInterval(look, LOOK_MS);
  await print("ready");
  await Deno.stdin.readable.pipeTo(new WritableStream());
  clearInterval(timer);
  look();
  const arrivals: Arrivals = { packets, seconds: Math.max(LOOK_MS, last - first) / 1000 };
  await print(JSON.stringify(arrivals));
}
