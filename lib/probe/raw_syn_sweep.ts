/** SYNs to one port of many IPv4 addresses, without a memory of each. */
import { u32 } from "../net/network_order.ts";
import type { Packet } from "../net/packet.ts";
import { readIcmpError } from "../raw/icmp_error.ts";
import { PROTOCOL } from "../raw/ip_packet.ts";
import { SynCookies } from "../raw/syn_cookie.ts";
import { SynTemplate } from "../raw/syn_template.ts";
import type { RawNetwork, RawRoute } from "./raw_network.ts";

/** How an address answered. */
export type SweepAnswer = "syn_ack" | "reset" | "unreachable";

/** Where to knock, and how fast. */
export interface SynSweep {
  readonly network: RawNetwork;
  /** The way to all of them: to one behind the same gateway, or on the same link. */
  readonly route: RawRoute;
  /** How many addresses, and each by its number, as an unsigned 32-bit integer. */
  readonly count: number;
  readonly address: (index: number) => number;
  readonly port: number;
  /** SYNs a second; 0 for as many as the machine can. */
  readonly rate: number;
  /** Milliseconds to wait for answers after the last SYN. */
  readonly waitMs: number;
  /** Ends it early. */
  readonly signal?: AbortSignal;
  /**
   * Called for the first answer of each kind from each address. The packet is only valid meanwhile; a
   * SYN-ACK is fit for tcpfpFinding once copied.
   */
  readonly onAnswer: (address: number, answer: SweepAnswer, packet: Packet) => void;
}

const SYN_ACK = 0x12;
const RST_ACK = 0x14;
/** SYN, RST and ACK: the others may accompany them. */
const DECIDING_FLAGS = 0x16;

/** Offset of the destination in a quoted IPv4 header. */
const DESTINATION = 16;

/** Knocks at all addresses. @returns SYNs sent. @throws {ProbeFailure} */
export async function sweepSyn(sweep: SynSweep): Promise<number> {
  const { network, route, count, port, rate, signal } = sweep;
  const sourcePort = network.ports[0]!;
  const cookies = new SynCookies();
  const template = new SynTemplate({
    source: route.source,
    sourcePort,
    destinationPort: port,
    timestamp: Math.floor(network.now() / 1000) % 0xffffffff + 1,
  });
  const answers = new Answers(sweep, sourcePort, cookies);
  const forget = network.listen(undefined, (packet) => answers.hear(packet));
  try {
    const sent = await network.sendMany(route, {
      template: template.packet,
      count,
      rate,
      ...(signal === undefined ? {} : { signal }),
      write: (bytes, offset, index) => {
        const address = sweep.address(index);
        const sequence = cookies.sequence(address, sourcePort, port);
        template.write(bytes, offset, address, sequence);
      },
    });
    await waitFor(network, sweep.waitMs, signal);
    return sent;
  } finally {
    forget();
  }
}

async function waitFor(
  network: RawNetwork,
  milliseconds: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (signal?.aborted === true) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const end = () => resolve();
  const stopAlarm = network.after(milliseconds, end);
  signal?.addEventListener("abort", end, { once: true });
  await promise;
  stopAlarm();
  signal?.removeEventListener("abort", end);
}

class Answers {
  readonly #sweep: SynSweep;
  readonly #sourcePort: number;
  readonly #cookies: SynCookies;
  readonly #heard: Readonly<Record<SweepAnswer, Set<number>>> = {
    syn_ack: new Set(),
    reset: new Set(),
    unreachable: new Set(),
  };

  constructor(sweep: SynSweep, sourcePort: number, cookies: SynCookies) {
    this.#sweep = sweep;
    this.#sourcePort = sourcePort;
    this.#cookies = cookies;
  }

  hear(packet: Packet): void {
    if (packet.ipVersion !== 4) return;
    if (packet.protocol === PROTOCOL.tcp) this.#hearSegment(packet);
    else this.#hearError(packet);
  }

  #hearSegment(packet: Packet): void {
    const { sourcePort, destinationPort, tcpFlags, bytes, sourceOffset } = packet;
    if (sourcePort !== this.#sweep.port || destinationPort !== this.#sourcePort) return;
    const address = u32(bytes, sourceOffset);
    const sequence = this.#cookies.sequence(address, this.#sourcePort, this.#sweep.port);
    if (packet.acknowledgement !== (sequence + 1) >>> 0) return;
    const flags = tcpFlags & DECIDING_FLAGS;
    if (flags === SYN_ACK) this.#tell(address, "syn_ack", packet);
    else if (flags === RST_ACK) this.#tell(address, "reset", packet);
  }

  #hearError(packet: Packet): void {
    const error = readIcmpError(packet);
    if (error?.protocol !== PROTOCOL.tcp || error.destinationPort !== this.#sweep.port) return;
    const address = u32(error.quote, DESTINATION);
    const sequence = this.#cookies.sequence(address, this.#sourcePort, this.#sweep.port);
    if (error.sourcePort !== this.#sourcePort || error.sequence !== sequence) return;
    this.#tell(address, "unreachable", packet);
  }

  #tell(address: number, answer: SweepAnswer, packet: Packet): void {
    const heard = this.#heard[answer];
    if (heard.has(address)) return;
    heard.add(address);
    this.#sweep.onAnswer(address, answer, packet);
  }
}
