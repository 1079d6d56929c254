/** A network for tests whose hosts answer as they are told, and whose time passes in no time. */
import { StackIdentifier } from "../../lib/fingerprint/p0f/identifier.ts";
import { ownSignatures } from "../../lib/fingerprint/p0f/signatures.ts";
import { addressBytes } from "../../lib/net/address.ts";
import { decodePacket, Packet } from "../../lib/net/packet.ts";
import { LINK_TYPE } from "../../lib/net/link_layer.ts";
import { type Miss, ProbeFailure, type ProbeResult } from "../../lib/probe/probe.ts";
import { RawListeners } from "../../lib/probe/raw_listeners.ts";
import type {
  Neighbour,
  PacketBatch,
  PacketListener,
  RawNetwork,
  RawRoute,
} from "../../lib/probe/raw_network.ts";
import type { RawProbe, RawProbeContext } from "../../lib/probe/raw_probe.ts";

/** A packet that arrives some time after the one that it answers. */
export interface FakeAnswer {
  /** From the IP header on. */
  readonly packet: Uint8Array;
  /** In milliseconds. */
  readonly after?: number;
  readonly linkAddress?: Uint8Array;
}

/** A packet that was sent. */
export interface SentPacket {
  readonly packet: Packet;
  readonly bytes: Uint8Array;
  readonly route: RawRoute;
  /** In milliseconds since the start. */
  readonly at: number;
  /** How many were sent before it. */
  readonly index: number;
}

/** What the network does. */
export interface FakeWorld {
  /** What answers a packet. */
  readonly answer?: (sent: SentPacket) => readonly FakeAnswer[];
  /** By default the host is behind a router. */
  readonly route?: Partial<RawRoute>;
  readonly linkLocal?: Uint8Array;
  /** The kernel's table, which may depend on what has been sent. */
  readonly neighbours?: (sent: number) => readonly Neighbour[];
  /** How many calls find no room, before any packet goes. */
  readonly full?: number;
}

/** Where time starts: any round number of microseconds. */
const EPOCH_MICROS = 1_700_000_000_000_000;

export const FAKE_SOURCE = "198.51.100.1";
export const FAKE_SOURCE6 = "2001:db8::1";

/** See {@linkcode FakeWorld}. */
export class FakeNetwork implements RawNetwork {
  readonly ports = Array.from({ length: 16 }, (_, index) => 40_000 + 7 * index);
  readonly echoId = 0x4242;
  readonly sent: SentPacket[] = [];
  readonly #world: FakeWorld;
  readonly #listeners = new RawListeners();
  readonly #packet = new Packet();
  readonly #events = new Map<symbol, { readonly at: number; readonly run: () => void }>();
  #milliseconds = 0;
  #full: number;
  #pumping = false;

  constructor(world: FakeWorld = {}) {
    this.#world = world;
    this.#full = world.full ?? 0;
  }

  /** Milliseconds since the start. */
  get milliseconds(): number {
    return this.#milliseconds;
  }

  /** Nobody listens any more. */
  get quiet(): boolean {
    return this.#listeners.empty;
  }

  now(): number {
    return EPOCH_MICROS + this.#milliseconds * 1000;
  }

  route(address: string): RawRoute {
    const destination = addressBytes(address)!;
    const isV4 = destination.length === 4;
    return {
      destination,
      source: addressBytes(isV4 ? FAKE_SOURCE : FAKE_SOURCE6)!,
      interfaceIndex: 2,
      interfaceName: "eth0",
      mtu: 1500,
      gateway: addressBytes(isV4 ? "198.51.100.2" : "2001:db8::2"),
      local: false,
      ...this.#world.route,
    };
  }

  linkLocalAddress(): Uint8Array | undefined {
    return this.#world.linkLocal;
  }

  neighbours(): readonly Neighbour[] {
    return this.#world.neighbours?.(this.sent.length) ?? [];
  }

  send(bytes: Uint8Array<ArrayBuffer>, route: RawRoute): number | undefined {
    if (this.#full-- > 0) return undefined;
    const packet = new Packet();
    const copy = bytes.slice();
    decodePacket(packet, copy, 0, copy.length, copy.length, this.now(), LINK_TYPE.raw);
    const at = this.#milliseconds;
    const sent = { packet, bytes: copy, route, at, index: this.sent.length };
    this.sent.push(sent);
    for (const answer of this.#world.answer?.(sent) ?? []) {
      this.after(answer.after ?? 20, () => this.#arrive(answer));
    }
    return this.now();
  }

  sendMany(route: RawRoute, { template, count, write }: PacketBatch): Promise<number> {
    const bytes = template.slice() as Uint8Array<ArrayBuffer>;
    for (let index = 0; index < count; index++) {
      write(bytes, 0, index);
      this.send(bytes, route);
    }
    return Promise.resolve(count);
  }

  listen(address: Uint8Array | undefined, listener: PacketListener): () => void {
    return this.#listeners.add(address, listener);
  }

  after(milliseconds: number, alarm: () => void): () => void {
    const key = Symbol();
    this.#events.set(key, { at: this.#milliseconds + milliseconds, run: alarm });
    this.#pump();
    return () => this.#events.delete(key);
  }

  #arrive({ packet, linkAddress = new Uint8Array(6) }: FakeAnswer): void {
    // In a larger array, and gone afterwards, as in the kernel's buffer.
    const buffer = new Uint8Array(packet.length + 100).fill(0xee);
    buffer.set(packet, 50);
    const { length } = packet;
    if (!decodePacket(this.#packet, buffer, 50, length, length, this.now(), LINK_TYPE.raw)) return;
    this.#listeners.deliver(this.#packet, { interfaceIndex: 2, linkAddress });
    buffer.fill(0xdd);
  }

  /** Lets the next thing happen, once all that depends on the last one is through. */
  #pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    setTimeout(() => {
      this.#pumping = false;
      const [next] = [...this.#events].sort(([, a], [, b]) => a.at - b.at);
      if (next === undefined) return;
      const [key, { at, run }] = next;
      this.#events.delete(key);
      this.#milliseconds = Math.max(this.#milliseconds, at);
      run();
      if (this.#events.size > 0) this.#pump();
    }, 0);
  }
}

/** A probe's context on a network. */
export interface FakeContextOptions {
  readonly address?: string;
  readonly port?: number;
  /** Milliseconds until the deadline. */
  readonly timeout?: number;
  /** Milliseconds until it is interrupted. */
  readonly interruptAfter?: number;
  readonly ja4plus?: boolean;
}

/** The context, whose deadline is of the network's time. */
export function fakeContext(
  network: FakeNetwork,
  options: FakeContextOptions = {},
): RawProbeContext {
  const { address = "203.0.113.7", port = 0, timeout = 5000, interruptAfter } = options;
  const end = network.milliseconds + timeout;
  let cutOff: "timeout" | "interrupted" | undefined;
  const ends = new Set<() => void>();
  const cut = (how: "timeout" | "interrupted") => {
    cutOff ??= how;
    for (const call of ends) call();
  };
  network.after(timeout, () => cut("timeout"));
  if (interruptAfter !== undefined) network.after(interruptAfter, () => cut("interrupted"));
  const deadline = {
    get cutOff() {
      return cutOff;
    },
    remaining: () => cutOff === undefined ? Math.max(0, end - network.milliseconds) : 0,
    onCutOff: (call: () => void) => {
      ends.add(call);
      return () => ends.delete(call);
    },
    failure: () => new ProbeFailure(cutOff ?? "timeout", "deadline passed"),
  };
  return {
    target: { host: address, address, named: false },
    port,
    network,
    deadline,
    turn: () => Promise.resolve(),
    stacks: new StackIdentifier(ownSignatures()),
    ja4plus: options.ja4plus ?? true,
  };
}

/** Runs a probe on a network; a failure becomes a miss, as the prober makes it one. */
export async function runFake(
  probe: RawProbe,
  network: FakeNetwork,
  options: FakeContextOptions = {},
): Promise<ProbeResult> {
  try {
    return await probe.run(fakeContext(network, options));
  } catch (error) {
    if (!(error instanceof ProbeFailure)) throw error;
    const miss: Miss = { outcome: error.outcome, detail: error.detail };
    return miss;
  }
}
