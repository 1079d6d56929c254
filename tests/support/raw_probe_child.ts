/**
 * Runs raw probes in the network namespace that it is started in; prints one line of JSON.
 *
 * Usage: deno run -A raw_probe_child.ts '{"jobs": [{"probe": "tcpfp", "address": "...", "port": 80}]}'
 */
import { RawError } from "../../ffi/raw_error.ts";
import { RawSockets } from "../../ffi/raw_network.ts";
import { StackIdentifier } from "../../lib/fingerprint/p0f/identifier.ts";
import { ownSignatures } from "../../lib/fingerprint/p0f/signatures.ts";
import { Deadline } from "../../lib/probe/deadline.ts";
import { icmp6Error } from "../../lib/probe/icmp6_error.ts";
import { icmpError } from "../../lib/probe/icmp_error.ts";
import { ipv6Leak } from "../../lib/probe/ipv6_leak.ts";
import { ProbeFailure, type ProbeResult } from "../../lib/probe/probe.ts";
import { type RawProbe } from "../../lib/probe/raw_probe.ts";
import { tcpfp } from "../../lib/probe/tcpfp.ts";
import { becomeNobody } from "./raw_nobody.ts";

/** One probe of one target. */
export interface RawJob {
  readonly probe: string;
  readonly address: string;
  readonly port?: number;
  readonly timeout?: number;
  /** Milliseconds after which it is interrupted. */
  readonly interruptAfter?: number;
}

/** The jobs, and what the process may do. */
export interface RawJobs {
  readonly jobs: readonly RawJob[];
  /** Gives up root before it opens anything, but for CAP_NET_RAW or without it. */
  readonly become?: "nobody" | "nobody_with_net_raw";
  readonly sourceAddress?: string;
}

/** What the child prints. */
export type RawJobResult = ProbeResult | { readonly outcome: "no_raw"; readonly detail: string };

const PROBES: readonly RawProbe[] = [tcpfp, icmpError, icmp6Error, ipv6Leak];

const DEFAULT_TIMEOUT_MS = 8000;

async function run(network: RawSockets, job: RawJob): Promise<ProbeResult> {
  const { address, port = 0, timeout = DEFAULT_TIMEOUT_MS } = job;
  const interrupt = new AbortController();
  const deadline = new Deadline(timeout, interrupt.signal);
  const timer = job.interruptAfter === undefined
    ? undefined
    : setTimeout(() => interrupt.abort(), job.interruptAfter);
  try {
    return await PROBES.find(({ name }) => name === job.probe)!.run({
      target: { host: address, address, named: false },
      port,
      network,
      deadline,
      turn: () => Promise.resolve(),
      stacks: new StackIdentifier(ownSignatures()),
      ja4plus: true,
    });
  } catch (error) {
    if (!(error instanceof ProbeFailure)) throw error;
    return { outcome: error.outcome, detail: error.detail };
  } finally {
    clearTimeout(timer);
    deadline.dispose();
  }
}

async function runAll({ jobs, become, sourceAddress }: RawJobs): Promise<RawJobResult[]> {
  try {
    if (become !== undefined) becomeNobody(become === "nobody_with_net_raw");
    using network = new RawSockets({ sourceAddress });
    // Nothing that comes later may need it.
    Deno.permissions.revokeSync({ name: "ffi" });
    return await Promise.all(jobs.map((job) => run(network, job)));
  } catch (error) {
    if (!(error instanceof RawError)) throw error;
    return jobs.map(() => ({ outcome: "no_raw", detail: error.message }));
  }
}

if (import.meta.main) {
  const jobs = JSON.parse(Deno.args[0]!) as RawJobs;
  const text = JSON.stringify(await runAll(jobs));
  await Deno.stdout.write(new TextEncoder().encode(`${text}\n`));
}
