/**
 * Sends SYNs to many addresses in the network namespace that it is started in, and counts the answers;
 * prints one line of JSON.
 *
 * Usage: deno run -A raw_sweep_child.ts '{"first": "10.0.0.0", "addresses": 65536, ...}'
 */
import process from "node:process";
import { RawSockets } from "../../ffi/raw_network.ts";
import { addressBytes } from "../../lib/net/address.ts";
import { u32 } from "../../lib/net/network_order.ts";
import { type SweepAnswer, sweepSyn } from "../../lib/probe/raw_syn_sweep.ts";
import { becomeNobody } from "./raw_nobody.ts";

/** What to send. */
export interface SweepJob {
  /** The first of the addresses, which lie next to one another. */
  readonly first: string;
  readonly addresses: number;
  /** SYNs to each. */
  readonly rounds: number;
  readonly port: number;
  /** SYNs a second; 0 for all it can. */
  readonly rate: number;
  readonly waitMs: number;
  /** Gives up root but for CAP_NET_RAW. */
  readonly unprivileged?: boolean;
}

/** What the child prints. */
export interface SweepCount extends Readonly<Record<SweepAnswer, number>> {
  readonly sent: number;
  /** Seconds from the first SYN to the end of the wait. */
  readonly seconds: number;
  /** Seconds of user and system time meanwhile. */
  readonly cpu: number;
  /** Answers that found no room in the kernel's buffer. */
  readonly dropped: number;
}

async function run(job: SweepJob): Promise<SweepCount> {
  if (job.unprivileged === true) becomeNobody(true);
  using network = new RawSockets();
  // Nothing that comes later may need it.
  Deno.permissions.revokeSync({ name: "ffi" });
  const first = u32(addressBytes(job.first)!, 0);
  const counts: Record<SweepAnswer, number> = { syn_ack: 0, reset: 0, unreachable: 0 };
  const start = performance.now();
  const startCpu = process.cpuUsage();
  const sent = await sweepSyn({
    network,
    route: network.route(job.first),
    count: job.addresses * job.rounds,
    address: (index) => (first + index % job.addresses) >>> 0,
    port: job.port,
    rate: job.rate,
    waitMs: job.waitMs,
    onAnswer: (_, answer) => counts[answer]++,
  });
  const { user, system } = process.cpuUsage(startCpu);
  const seconds = (performance.now() - start) / 1000;
  return { ...counts, sent, seconds, cpu: (user + system) / 1e6, dropped: network.dropped() };
}

if (import.meta.main) {
  const text = JSON.stringify(await run(JSON.parse(Deno.args[0]!) as SweepJob));
  await Deno.stdout.write(new TextEncoder().encode(`${text}\n`));
}
