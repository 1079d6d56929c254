/** Packets of our own on the real network, over the kernel's sockets. Linux only. */
import type {
  Neighbour,
  PacketBatch,
  PacketListener,
  RawNetwork,
  RawRoute,
} from "../lib/probe/raw_network.ts";
import { formatAddress } from "../lib/net/address.ts";
import { ProbeFailure } from "../lib/probe/probe.ts";
import { RawListeners } from "../lib/probe/raw_listeners.ts";
import { ipv4AnswerFilter, ipv6AnswerFilter } from "../lib/raw/answer_filter.ts";
import { writeEcho } from "../lib/raw/echo.ts";
import { Neighbourhood } from "./neighbours.ts";
import { ETHER_TYPE, kernelOutlet, linkOutlet, sendBatch } from "./raw_bulk_sender.ts";
import { RawLibc } from "./raw_libc.ts";
import { HeldPorts } from "./raw_ports.ts";
import { RawReceiver } from "./raw_receiver.ts";
import { RawSender } from "./raw_sender.ts";
import { RawWait } from "./raw_wait.ts";

/** Ports that packets are sent from: each of a host's samples has its own. */
const PORTS = 16;

/** Packets are handed out this long at most before timers and signals get their turn. */
const SLICE_MS = 10;

/** How long to look for the link-layer address of a gateway. */
const RESOLVE_TRIES = 20;
const RESOLVE_MS = 50;

/** How to send. */
export interface RawSocketsOptions {
  /** An address of this machine to send from; packets of the other IP version are not bound to it. */
  readonly sourceAddress?: string | undefined;
}

/** All raw sockets of this process: one of these is enough. */
export class RawSockets implements RawNetwork, Disposable {
  readonly ports: readonly number[];
  readonly echoId: number;
  readonly #libc: RawLibc;
  readonly #neighbourhood: Neighbourhood;
  readonly #sender: RawSender;
  readonly #receivers: readonly RawReceiver[];
  readonly #wait: RawWait;
  readonly #listeners = new RawListeners();
  readonly #closers: DisposableStack;
  #pumping = false;
  /** Who needs the sockets: their owner, until this is disposed of, and what is under way. */
  #users = 1;
  readonly #closing = new AbortController();

  /**
   * Opens all that is needed, once and for all: permissions and privileges may be given up afterwards.
   *
   * @throws {RawError} with one line that says what is missing and how to grant it
   */
  constructor({ sourceAddress }: RawSocketsOptions = {}) {
    using opened = new DisposableStack();
    this.#libc = opened.use(new RawLibc());
    // The first that needs the capability, so that its lack is found out before anything is open.
    this.#sender = opened.use(new RawSender(this.#libc));
    this.ports = opened.use(new HeldPorts(this.#libc, PORTS)).ports;
    this.echoId = crypto.getRandomValues(new Uint16Array(1))[0]!;
    this.#neighbourhood = opened.use(new Neighbourhood(this.#libc, sourceAddress));
    this.#receivers = [
      opened.use(new RawReceiver(this.#libc, ETHER_TYPE.v4, ipv4AnswerFilter(this))),
      opened.use(new RawReceiver(this.#libc, ETHER_TYPE.v6, ipv6AnswerFilter(this))),
    ];
    const descriptors = this.#receivers.map(({ descriptor }) => descriptor);
    this.#wait = opened.use(new RawWait(this.#libc, descriptors));
    this.#closers = opened.move();
  }

  now(): number {
    return this.#closing.signal.aborted ? Date.now() * 1000 : this.#libc.now();
  }

  route(address: string): RawRoute {
    this.#check();
    return this.#neighbourhood.route(address);
  }

  linkLocalAddress(interfaceIndex: number): Uint8Array | undefined {
    this.#check();
    return this.#neighbourhood.linkLocalAddress(interfaceIndex);
  }

  neighbours(interfaceIndex: number, addressLength: number): readonly Neighbour[] {
    this.#check();
    return this.#neighbourhood.neighbours(interfaceIndex, addressLength);
  }

  send(packet: Uint8Array<ArrayBuffer>, route: RawRoute): number | undefined {
    this.#check();
    return this.#sender.send(packet, route);
  }

  async sendMany(route: RawRoute, batch: PacketBatch): Promise<number> {
    this.#check();
    const closing = this.#closing.signal;
    const signal = batch.signal === undefined ? closing : AbortSignal.any([batch.signal, closing]);
    this.#users++;
    try {
      const linkAddress = await this.#nextHop(route, signal);
      const outlet = linkAddress === undefined
        ? kernelOutlet(this.#sender.descriptor(route), route)
        : linkOutlet(this.#sender.linkDescriptor, route, linkAddress);
      const drain = () => void this.#drain();
      return await sendBatch(this.#libc, outlet, { ...batch, signal }, drain);
    } finally {
      this.#leave();
    }
  }

  listen(address: Uint8Array | undefined, listener: PacketListener): () => void {
    const forget = this.#listeners.add(address, listener);
    if (!this.#pumping && !this.#closing.signal.aborted) this.#pump();
    return () => {
      forget();
      // A wait that nobody needs would keep the process from ending.
      if (this.#listeners.empty) this.#wait.wake();
    };
  }

  after(milliseconds: number, alarm: () => void): () => void {
    const timer = setTimeout(alarm, milliseconds);
    return () => clearTimeout(timer);
  }

  /** Packets that found no room in the kernel's buffer since the last call. */
  dropped(): number {
    if (this.#closing.signal.aborted) return 0;
    return this.#receivers.reduce((sum, receiver) => sum + receiver.dropped(), 0);
  }

  /** Ends what is under way, and closes the sockets as soon as that is over. */
  [Symbol.dispose](): void {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    if (this.#pumping) this.#wait.wake();
    this.#leave();
  }

  /** @throws {ProbeFailure} once this has been disposed of */
  #check(): void {
    if (!this.#closing.signal.aborted) return;
    throw new ProbeFailure("interrupted", "the raw sockets are closed");
  }

  #leave(): void {
    if (--this.#users === 0) this.#closers[Symbol.dispose]();
  }

  /** Hands out packets for as long as somebody listens. */
  async #pump(): Promise<void> {
    this.#pumping = true;
    this.#users++;
    while (!this.#closing.signal.aborted && !this.#listeners.empty) {
      const ready = await this.#wait.forPackets();
      // Under a stream that does not end every wait returns at once, without a turn for timers.
      if (ready && !this.#closing.signal.aborted && this.#drain()) {
        await new Promise((resolve) => setTimeout(resolve, 0));
      }
    }
    this.#pumping = false;
    this.#leave();
  }

  /** Takes in what waits; true when the time was up before the end. */
  #drain(): boolean {
    const end = performance.now() + SLICE_MS;
    for (const receiver of this.#receivers) {
      while (receiver.drain((packet, origin) => this.#listeners.deliver(packet, origin))) {
        if (performance.now() >= end) return true;
      }
    }
    return false;
  }

  /** Link-layer address of what is to pass packets on; undefined where each has its own next hop. */
  async #nextHop(
    { gateway, source, interfaceIndex, local }: RawRoute,
    signal: AbortSignal,
  ): Promise<Uint8Array | undefined> {
    if (local || gateway === undefined) return undefined;
    const key = gateway.toHex();
    for (let triesLeft = RESOLVE_TRIES; triesLeft > 0 && !signal.aborted; triesLeft--) {
      const known = this.neighbours(interfaceIndex, gateway.length)
        .find(({ address }) => address.toHex() === key);
      if (known !== undefined) return known.linkAddress;
      // Any packet makes the kernel look for it.
      if (triesLeft === RESOLVE_TRIES && gateway.length === source.length) this.#ask(gateway);
      await new Promise((resolve) => setTimeout(resolve, RESOLVE_MS));
    }
    return undefined;
  }

  #ask(gateway: Uint8Array): void {
    const route = this.route(formatAddress(gateway));
    const { source, destination } = route;
    this.send(writeEcho({ source, destination, id: this.echoId, sequence: 0 }), route);
  }
}
