/** The TCP stack probe: SYNs by hand, and what the SYN-ACKs tell of the system. */
import type { Fields } from "../event/event.ts";
import { ja4t } from "../fingerprint/ja4plus/ja4t.ts";
import { observe, StackObservation } from "../fingerprint/p0f/observation.ts";
import { hostPort } from "../net/host_port.ts";
import { optionLetters, readTcpOptions, TcpOptions } from "../net/tcp_options.ts";
import { synMss } from "../raw/syn.ts";
import { SequenceClasses } from "../sniff/sequence_class.ts";
import type { ProbeResult } from "./probe.ts";
import { type RawProbe, type RawProbeContext, rawTargetFields } from "./raw_probe.ts";
import { timestampClock } from "./tcpfp_clock.ts";
import { type StackHash, stackHash } from "./tcpfp_hash.ts";
import { sampleSynAcks, type SynAckSample, type SynAckSamples } from "./tcpfp_samples.ts";

/**
 * As many as it takes to call a sequence random or counting: with three, every 256th row of random IP
 * identifications would pass for a counter, with four every 4096th.
 */
const SAMPLES = 4;

/** Over three gaps a clock of 100 Hz ticks 30 times, which tells its rate to a few percent. */
const GAP_MS = 100;

/** Fingerprints the TCP stack behind an open port. */
export const tcpfp: RawProbe = {
  name: "tcpfp",
  brief: "TCP stack behind an open port: options, window, TTL, sequence numbers, clock",
  sends: `1 SYN; ${SAMPLES} in all where the port is open; again after 1, 2, 4 s of silence`,
  families: [4, 6],
  ports: [22, 80, 443, 8080, 8443, 445, 3389],
  priority: 300,

  async run(context: RawProbeContext): Promise<ProbeResult> {
    const answer = await sampleSynAcks(context, { samples: SAMPLES, gapMs: GAP_MS });
    if ("outcome" in answer) return answer;
    return tcpfpFinding(context, answer);
  },
};

/** What SYN-ACKs of one port say. Also for those that came of a sweep over many hosts. */
export function tcpfpFinding(context: RawProbeContext, answers: SynAckSamples): ProbeResult {
  const { samples } = answers;
  const stacks = stacksIn(samples);
  const [stack] = stacks;
  if (stack === undefined) {
    return { outcome: "protocol_error", detail: "SYN-ACK whose options are cut short" };
  }
  const { hash, raw, sample } = stack;
  const { ttl, window } = sample.packet;
  const options = new TcpOptions();
  readTcpOptions(options, sample.packet);
  const observation = new StackObservation();
  observe(observation, sample.packet, options, true, synMss(sample.packet.addressLength));
  const identity = context.stacks.identify(observation);
  const ja4ts = context.ja4plus ? ja4t(window, options) : undefined;
  const host = hostPort(context.target.address, context.port);
  return {
    outcome: "ok",
    eventType: "tcpfp_fingerprint",
    hash,
    fields: defined({
      ...rawTargetFields(context),
      tcpfp_hash: hash,
      tcpfp_raw: raw,
      ttl,
      initial_ttl: identity.initialTtl,
      hop_distance: identity.hops,
      window_size: window,
      ...optionFields(options),
      ...headerFields(sample),
      ...sequenceFields(samples),
      ...clockFields(samples),
      rtt_ms: leastRoundTrip(samples),
      syn_ack_repeats: answers.repeats || undefined,
      tcpfp_variants: stacks.length > 1 ? stacks.map(({ hash }) => hash) : undefined,
      os_guess: identity.osGuess,
      os_label: identity.match?.entry.label.text,
      os_fuzzy: identity.match?.fuzzy === true ? true : undefined,
      tcp_signature: identity.signature,
      link: identity.link,
      ja4ts,
    }),
    msg: `TCPFP ${host} = ${hash}`,
    lines: [
      ["tcpfp", hash],
      ["stack", `${identity.osGuess} ${identity.signature}`],
      ...(ja4ts === undefined ? [] : [["ja4ts", ja4ts] as const]),
    ],
  };
}

interface SampledStack extends StackHash {
  readonly sample: SynAckSample;
  count: number;
}

/**
 * The stacks that answered, the most frequent first: behind a load balancer there may be several, and
 * the fingerprint of the port is to be the same each time as far as that can be had.
 */
function stacksIn(samples: readonly SynAckSample[]): readonly SampledStack[] {
  const byHash = new Map<string, SampledStack>();
  const options = new TcpOptions();
  for (const sample of samples) {
    if (!readTcpOptions(options, sample.packet)) continue;
    const stack = stackHash(sample.packet, options);
    const known = byHash.get(stack.hash);
    if (known === undefined) byHash.set(stack.hash, { ...stack, sample, count: 1 });
    else known.count++;
  }
  return [...byHash.values()].sort((a, b) => b.count - a.count || (a.hash < b.hash ? -1 : 1));
}

function optionFields(options: TcpOptions) {
  return {
    mss: options.mss >= 0 ? options.mss : undefined,
    window_scale: options.windowScale >= 0 ? options.windowScale : undefined,
    sack_ok: options.sackPermitted,
    timestamp: options.timestamp >= 0,
    options_order: optionLetters(options) || undefined,
  };
}

/** ECE in an answer to a SYN that did not ask for it. */
const ECE = 0x40;

function headerFields({ packet }: SynAckSample) {
  const { trafficClass, ipVersion } = packet;
  return {
    df_bit: ipVersion === 4 ? packet.dontFragment : undefined,
    tos: trafficClass,
    dscp: trafficClass >> 2,
    ecn: trafficClass & 3,
    ece: (packet.tcpFlags & ECE) !== 0 ? true : undefined,
    server_isn: packet.sequence,
    ip_id: ipVersion === 4 ? packet.ipId : undefined,
    flow_label: ipVersion === 6 ? packet.flowLabel : undefined,
  };
}

function sequenceFields(samples: readonly SynAckSample[]) {
  const classes = new SequenceClasses({ sources: 1 });
  for (const { packet } of samples) classes.add(packet);
  const isV4 = classes.ipIdSamples > 0;
  return {
    isn_class: classes.isnClass,
    ipid_class: isV4 ? classes.ipIdClass : undefined,
    samples: samples.length,
  };
}

function clockFields(samples: readonly SynAckSample[]) {
  const options = new TcpOptions();
  const timestamps = samples.flatMap(({ packet }) =>
    readTcpOptions(options, packet) && options.timestamp >= 0
      ? [{ value: options.timestamp, micros: packet.micros }]
      : []
  );
  const { kind, hz, uptimeSeconds } = timestampClock(timestamps);
  return { timestamp_clock: kind, timestamp_hz: hz, uptime_s: uptimeSeconds };
}

/** In milliseconds; the least, which queues on the way have added least to. */
function leastRoundTrip(samples: readonly SynAckSample[]): number | undefined {
  const times = samples.flatMap(({ roundTripMicros }) => roundTripMicros ?? []);
  return times.length === 0 ? undefined : Math.min(...times) / 1000;
}

function defined(fields: Record<string, Fields[string] | undefined>): Fields {
  const kept = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(kept) as Fields;
}
