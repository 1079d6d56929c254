/** `decnet sniff` on the virtual link of a network namespace, and frames for it. */
import type { CapturedPacket } from "./capture_builder.ts";
import { pcap } from "./capture_builder.ts";
import { HAS_LIBPCAP } from "./live_capture.ts";
import { MAY_MAKE_NAMESPACES, type NetworkNamespace } from "./network_namespace.ts";
import { RunningDecnet } from "./running_decnet.ts";

/** What live tests need. */
export const LIVE = [MAY_MAKE_NAMESPACES, HAS_LIBPCAP] as const;

const SENDER = new URL("../../scripts/bench/live_sender.ts", import.meta.url).pathname;

/** Starts `decnet sniff` inside, and waits until it captures. */
export async function startLiveSniffer(
  namespace: NetworkNamespace,
  ...args: readonly string[]
): Promise<RunningDecnet> {
  const run = new RunningDecnet(["sniff", "--sensor", "s1", ...args], { under: namespace.enter });
  await run.stderr.until((text) => text.includes("captures on"));
  return run;
}

/** Sends Ethernet frames through an interface of the namespace; they arrive at the other end. */
export async function sendFrames(
  namespace: NetworkNamespace,
  device: "near" | "far",
  packets: readonly CapturedPacket[],
): Promise<void> {
  const capture = await Deno.makeTempFile({ prefix: "decnet-test-", suffix: ".pcap" });
  try {
    await Deno.writeFile(capture, pcap(packets));
    await replay(namespace, device, packets.length, capture);
  } finally {
    await Deno.remove(capture);
  }
}

/** Sends the first `count` frames of a capture, from its start again when it has fewer. */
export async function replay(
  namespace: NetworkNamespace,
  device: "near" | "far",
  count: number,
  capture: string,
): Promise<void> {
  const command = ["run", "--quiet", "-A", SENDER, device, String(count), "Infinity", capture];
  await namespace.run(Deno.execPath(), ...command);
}
