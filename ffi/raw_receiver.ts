/** Receives the packets that pass a filter, from all interfaces. */
import { LINK_TYPE } from "../lib/net/link_layer.ts";
import { decodePacket, Packet } from "../lib/net/packet.ts";
import type { PacketOrigin } from "../lib/probe/raw_network.ts";
import { ANSWER_SNAPLEN } from "../lib/raw/answer_filter.ts";
import { MessageSlots } from "./message_slots.ts";
import { RawError } from "./raw_error.ts";
import type { RawLibc } from "./raw_libc.ts";
import { AF, DONT_WAIT, linkSocketAddress, OPTION, RawSocket, SOCK, SOL } from "./raw_socket.ts";

/** Packets that are taken with one system call. */
const BATCH = 64;

/** Answers of a second at full speed; what the system grants may be less. */
const BUFFER_SIZE = 64 * 1024 * 1024;

/** Bytes of a struct sockaddr_ll. */
const NAME = 20;

/** A struct cmsghdr, 16 bytes, and a struct timespec; some more room. */
const CONTROL = 64;

/** linux/if_packet.h: PACKET_HOST, the packet is for this machine. */
const TO_US = 0;

/** Takes a packet that was received. Both are only valid during the call. */
export type ReceivedPacket = (packet: Packet, origin: PacketOrigin) => void;

/** A packet socket for one EtherType. */
export class RawReceiver implements Disposable {
  readonly #libc: RawLibc;
  readonly #socket: RawSocket;
  readonly #packet = new Packet();
  readonly #data = new Uint8Array(new ArrayBuffer(BATCH * ANSWER_SNAPLEN));
  readonly #names = new Uint8Array(new ArrayBuffer(BATCH * NAME));
  readonly #controls = new Uint8Array(new ArrayBuffer(BATCH * CONTROL));
  readonly #slots: MessageSlots;
  readonly #nameView = new DataView(this.#names.buffer);
  readonly #controlView = new DataView(this.#controls.buffer);

  /**
   * Packets are kept from here on, in the kernel's buffer. Bound to one EtherType, a packet socket
   * gets what arrives and not what this machine sends, and each packet from one interface alone.
   *
   * @param filter BPF program; see lib/raw/answer_filter.ts
   * @throws {RawError}
   */
  constructor(libc: RawLibc, etherType: number, filter: Uint8Array<ArrayBuffer>) {
    this.#libc = libc;
    this.#slots = this.#arrange();
    // With protocol 0 it receives nothing yet, so that nothing comes in past the filter.
    this.#socket = new RawSocket(libc, AF.packet, SOCK.datagram, 0);
    try {
      this.#attach(filter);
      this.#socket.setBuffer(OPTION.receiveBuffer, OPTION.receiveBufferForce, BUFFER_SIZE);
      this.#socket.setOption(SOL.socket, OPTION.timestampNanoseconds, 1);
      this.#socket.bind(linkSocketAddress(etherType));
    } catch (error) {
      this.#socket[Symbol.dispose]();
      throw error;
    }
  }

  /** To be waited on with poll(2). */
  get descriptor(): number {
    return this.#socket.descriptor;
  }

  /** Packets that found no room in the kernel's buffer since the last call. */
  dropped(): number {
    const statistics = new Uint32Array(2);
    const length = new Uint8Array(new Uint32Array([8]).buffer);
    const bytes = new Uint8Array(statistics.buffer);
    const { getsockopt } = this.#libc.symbols;
    getsockopt(this.#socket.descriptor, SOL.packet, OPTION.packetStatistics, bytes, length);
    return statistics[1]!;
  }

  /** Hands out packets that wait, 64 at most; true when there may be more. */
  drain(onPacket: ReceivedPacket): boolean {
    const { recvmmsg } = this.#libc.symbols;
    const received = recvmmsg(
      this.#socket.descriptor,
      this.#slots.messages,
      BATCH,
      DONT_WAIT,
      null,
    );
    for (let index = 0; index < received; index++) {
      this.#handOut(index, this.#slots.lengthOf(index), onPacket);
      this.#slots.setNameLength(index, NAME);
      this.#slots.setControlLength(index, CONTROL);
    }
    return received === BATCH;
  }

  [Symbol.dispose](): void {
    this.#socket[Symbol.dispose]();
  }

  #handOut(index: number, length: number, onPacket: ReceivedPacket): void {
    const name = index * NAME;
    if (this.#names[name + 10] !== TO_US) return;
    const decoded = decodePacket(
      this.#packet,
      this.#data,
      index * ANSWER_SNAPLEN,
      length,
      length,
      this.#micros(index),
      LINK_TYPE.raw,
    );
    if (!decoded) return;
    const linkAddress = this.#names.subarray(name + 12, name + 12 + this.#names[name + 11]!);
    onPacket(this.#packet, {
      interfaceIndex: this.#nameView.getInt32(name + 4, true),
      linkAddress,
    });
  }

  /** The control message is the time, a struct timespec: nothing else was asked for. */
  #micros(index: number): number {
    const at = index * CONTROL + 16;
    return Number(this.#controlView.getBigInt64(at, true)) * 1e6 +
      Math.floor(this.#controlView.getUint32(at + 8, true) / 1000);
  }

  #arrange(): MessageSlots {
    const slots = new MessageSlots(this.#libc, this.#data, BATCH);
    const names = this.#libc.addressOf(this.#names);
    const controls = this.#libc.addressOf(this.#controls);
    for (let index = 0; index < BATCH; index++) {
      slots.setName(index, names + BigInt(index * NAME), NAME);
      slots.setControl(index, controls + BigInt(index * CONTROL), CONTROL);
    }
    return slots;
  }

  #attach(filter: Uint8Array<ArrayBuffer>): void {
    // struct sock_fprog: number of instructions, padding, address.
    const program = new DataView(new ArrayBuffer(16));
    program.setUint16(0, filter.length / 8, true);
    program.setBigUint64(8, this.#libc.addressOf(filter), true);
    const attached = this.#socket.setOptionBytes(
      SOL.socket,
      OPTION.attachFilter,
      new Uint8Array(program.buffer),
    );
    if (!attached) throw new RawError("failed", "raw probes: the kernel refuses a packet filter");
  }
}
