/** Sends many packets of one length with few system calls. */
import type { PacketBatch, RawRoute } from "../lib/probe/raw_network.ts";
import { MessageSlots } from "./message_slots.ts";
import type { RawLibc } from "./raw_libc.ts";
import { isFull, sendFailure } from "./raw_sender.ts";
import { AF, DONT_WAIT, linkSocketAddress } from "./raw_socket.ts";

/** Packets that are sent with one system call. */
const BURST = 256;

/** IANA: EtherTypes of IPv4 and IPv6. */
export const ETHER_TYPE = { v4: 0x0800, v6: 0x86dd } as const;

/** Work at a stretch, after which timers and signals get their turn. */
const SLICE_MS = 10;

/** A pause that is made up for at most: a machine that stalled does not catch up in one flood. */
const MOST_BEHIND_MS = 20;

/** Where a burst goes: a socket, and the address for each of its packets. */
export interface Outlet {
  readonly descriptor: number;
  /** A struct sockaddr for all packets, or one for each packet, which {@linkcode address} fills. */
  readonly names: Uint8Array<ArrayBuffer>;
  readonly nameLength: number;
  /** Bytes from one packet's name to the next one's; 0 where they share one. */
  readonly nameStep: number;
  /** Offset of the destination in the packet and in its name, and its length; 0 for shared names. */
  readonly from: number;
  readonly to: number;
  readonly length: number;
}

/** To a next hop whose link-layer address is known. @param descriptor of a packet socket */
export function linkOutlet(
  descriptor: number,
  { destination, interfaceIndex }: RawRoute,
  linkAddress: Uint8Array,
): Outlet {
  const protocol = destination.length === 4 ? ETHER_TYPE.v4 : ETHER_TYPE.v6;
  const names = linkSocketAddress(protocol, interfaceIndex, linkAddress);
  return { descriptor, names, nameLength: names.length, nameStep: 0, from: 0, to: 0, length: 0 };
}

/** Through the kernel, which finds the next hop of each packet. @param descriptor of a raw socket */
export function kernelOutlet(descriptor: number, { destination }: RawRoute): Outlet {
  const isV4 = destination.length === 4;
  const nameLength = isV4 ? 16 : 28;
  const names = new Uint8Array(new ArrayBuffer(BURST * nameLength));
  for (let at = 0; at < names.length; at += nameLength) names[at] = isV4 ? AF.inet : AF.inet6;
  return {
    descriptor,
    names,
    nameLength,
    nameStep: nameLength,
    from: isV4 ? 16 : 24,
    to: isV4 ? 4 : 8,
    length: destination.length,
  };
}

/**
 * Sends a batch.
 *
 * @param drain called between bursts, takes in what has been received
 * @returns packets sent
 * @throws {ProbeFailure}
 */
export async function sendBatch(
  libc: RawLibc,
  outlet: Outlet,
  batch: PacketBatch,
  drain: () => void,
): Promise<number> {
  const { count, rate, signal } = batch;
  const burst = new Burst(libc, outlet, batch);
  const allowance = new Allowance(rate);
  let sent = 0;
  let sliceEnd = performance.now() + SLICE_MS;
  while (sent < count && signal?.aborted !== true) {
    const now = performance.now();
    const due = Math.min(allowance.at(now), count - sent, BURST);
    const went = due > 0 ? burst.send(sent, due) : 0;
    allowance.spend(went);
    sent += went;
    drain();
    if (went === 0 || now >= sliceEnd) {
      await new Promise((resolve) => setTimeout(resolve, went === 0 ? 1 : 0));
      sliceEnd = performance.now() + SLICE_MS;
    }
  }
  return sent;
}

/** Packets that may be sent by now. */
class Allowance {
  readonly #perMs: number;
  readonly #most: number;
  #packets = 1;
  #last: number | undefined;

  /** @param rate packets a second; 0 for no limit */
  constructor(rate: number) {
    this.#perMs = rate > 0 ? rate / 1000 : Infinity;
    this.#most = Math.max(1, MOST_BEHIND_MS * this.#perMs);
  }

  /** Whole packets, at a time in milliseconds. */
  at(now: number): number {
    const earned = (now - (this.#last ?? now)) * this.#perMs;
    this.#last = now;
    if (this.#perMs === Infinity) return Infinity;
    this.#packets = Math.min(this.#most, this.#packets + earned);
    return Math.floor(this.#packets);
  }

  spend(packets: number): void {
    this.#packets -= packets;
  }
}

/** The memory that packets are sent from. */
class Burst {
  readonly #libc: RawLibc;
  readonly #outlet: Outlet;
  readonly #batch: PacketBatch;
  readonly #length: number;
  readonly #packets: Uint8Array<ArrayBuffer>;
  readonly #slots: MessageSlots;
  /** Packets that are written and were not sent: from `#first` on, `#ready` of them. */
  #first = 0;
  #ready = 0;

  constructor(libc: RawLibc, outlet: Outlet, batch: PacketBatch) {
    this.#libc = libc;
    this.#outlet = outlet;
    this.#batch = batch;
    this.#length = batch.template.length;
    this.#packets = new Uint8Array(new ArrayBuffer(BURST * this.#length));
    this.#slots = this.#arrange();
  }

  /** Sends packets from number `index` on, `most` of them at most. @returns how many went */
  send(index: number, most: number): number {
    if (this.#ready === 0) this.#write(index, most);
    const messages = this.#slots.from(this.#first);
    const { descriptor } = this.#outlet;
    const count = Math.min(this.#ready, most);
    const sent = this.#libc.symbols.sendmmsg(descriptor, messages, count, DONT_WAIT);
    if (sent < 0) {
      const errno = this.#libc.errno();
      if (isFull(errno)) return 0;
      throw sendFailure(errno);
    }
    this.#first += sent;
    this.#ready -= sent;
    return sent;
  }

  #write(index: number, count: number): void {
    const { write } = this.#batch;
    const { names, nameStep, from, to, length } = this.#outlet;
    const packets = this.#packets;
    for (let slot = 0; slot < count; slot++) {
      const offset = slot * this.#length;
      write(packets, offset, index + slot);
      for (let byte = 0; byte < length; byte++) {
        names[slot * nameStep + to + byte] = packets[offset + from + byte]!;
      }
    }
    this.#first = 0;
    this.#ready = count;
  }

  #arrange(): MessageSlots {
    const { names, nameLength, nameStep } = this.#outlet;
    const slots = new MessageSlots(this.#libc, this.#packets, BURST);
    const nameAddress = this.#libc.addressOf(names);
    for (let slot = 0; slot < BURST; slot++) {
      this.#packets.set(this.#batch.template, slot * this.#length);
      slots.setName(slot, nameAddress + BigInt(slot * nameStep), nameLength);
    }
    return slots;
  }
}
