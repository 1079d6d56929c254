/** What leaves a host to open connections, packet by packet. */
import { formatAddress } from "../../lib/net/address.ts";
import { CaptureReader } from "../../lib/net/capture_file.ts";
import { decodePacket, Packet } from "../../lib/net/packet.ts";
import type { NetworkNamespace } from "./network_namespace.ts";
import { toolPath } from "./system_command.ts";

/** A SYN on the wire. */
export interface CapturedSyn {
  /** Since the epoch. */
  readonly micros: number;
  readonly destination: string;
  readonly destinationPort: number;
  /** What its retransmissions have in common with it, and no other SYN. */
  readonly connection: string;
}

/** SYNs without ACK. */
const FILTER = "tcp[tcpflags] & (tcp-syn|tcp-ack) == tcp-syn";

/** Captures SYNs on an interface of a host until it is stopped. */
export class SynCapture {
  readonly #child: Deno.ChildProcess;
  readonly #output: Promise<Uint8Array<ArrayBuffer>>;

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#output = new Response(child.stdout).bytes();
  }

  /** Starts, and waits until nothing is missed any more. */
  static async start(host: NetworkNamespace, device: string): Promise<SynCapture> {
    const [command = "", ...rest] = host.enter;
    const options = ["-i", device, "-U", "-w", "-", "--immediate-mode", "-B", "4096"];
    const child = new Deno.Command(command, {
      args: [...rest, toolPath("tcpdump"), ...options, FILTER],
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const capture = new SynCapture(child);
    const reader = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
    for (let text = ""; !text.includes("listening on");) {
      const { done, value } = await reader.read();
      if (done) throw new Error(`tcpdump does not start: ${text}`);
      text += value;
    }
    reader.releaseLock();
    return capture;
  }

  /** Ends the capture; gives what it saw, in order. */
  async stop(): Promise<CapturedSyn[]> {
    this.#child.kill("SIGINT");
    const bytes = await this.#output;
    await this.#child.status;
    const found: CapturedSyn[] = [];
    const packet = new Packet();
    const reader = new CaptureReader((buffer, offset, captured, wire, micros, linkType) => {
      if (!decodePacket(packet, buffer, offset, captured, wire, micros, linkType)) return;
      const { destinationOffset, addressLength, sourcePort, destinationPort, sequence } = packet;
      const destination = formatAddress(
        packet.bytes.subarray(destinationOffset, destinationOffset + addressLength),
      );
      const connection = [destination, destinationPort, sourcePort, sequence].join(" ");
      found.push({ micros, destination, destinationPort, connection });
    });
    reader.push(bytes);
    reader.end();
    return found.sort((a, b) => a.micros - b.micros);
  }
}

/** The first SYN of each connection. */
export function newConnections(syns: readonly CapturedSyn[]): CapturedSyn[] {
  const seen = new Set<string>();
  return syns.filter(({ connection }) => seen.size < seen.add(connection).size);
}

/** Seconds from the first to the last. */
export function span(syns: readonly CapturedSyn[]): number {
  return (syns.at(-1)!.micros - syns[0]!.micros) / 1e6;
}

/** The most of them in any stretch of that many seconds. */
export function mostWithin(syns: readonly CapturedSyn[], seconds: number): number {
  let most = 0;
  for (let first = 0, next = 0; first < syns.length; first++) {
    const end = syns[first]!.micros + seconds * 1e6;
    while (next < syns.length && syns[next]!.micros < end) next++;
    most = Math.max(most, next - first);
  }
  return most;
}

/** The most targets at a time that have had their first SYN and will have another one. */
export function mostTargetsAtATime(syns: readonly CapturedSyn[]): number {
  const lasts = new Map(syns.map(({ destination, micros }) => [destination, micros]));
  const begun = new Set<string>();
  let open = 0;
  let most = 0;
  for (const { destination, micros } of syns) {
    if (!begun.has(destination)) open++;
    begun.add(destination);
    most = Math.max(most, open);
    if (lasts.get(destination) === micros) open--;
  }
  return most;
}
