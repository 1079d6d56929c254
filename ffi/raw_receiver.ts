/** Receives the packets that pass a filter, from all interfaces. */
import { LINK_TYPE } from "../lib/net/link_layer.ts";
import { decodePacket, Packet } from "../lib/net/packet.ts";
import type { PacketOrigin } from "../lib/probe/raw_network.ts";
import { ANSWER_SNAPLEN } from "../lib/raw/answer_filter.ts";
import { RawError } from "./raw_error.ts";
import type { RawLibc } from "./raw_libc.ts";
import { AF, DONT_WAIT, linkSocketAddress, OPTION, RawSocket, SOCK, SOL } from "./raw_socket.ts";

/** Packets that are taken with one system call. */
const BATCH = 64;

/** Answers of a second at full speed; what the system grants may be less. */
const BUFFER_SIZE = 64 * 1024 * 1024;

/** Bytes of a struct mmsghdr, iovec and sockaddr_ll with 64-bit pointers. */
const MESSAGE = 64;
const VECTOR = 16;
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
  readonly #vectors = new BigUint64Array(new ArrayBuffer(BATCH * VECTOR));
  readonly #messages = new Uint8Array(new ArrayBuffer(BATCH * MESSAGE));
  readonly #messageView = new DataView(this.#messages.buffer);
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
    this.#arrange();
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
    const received = recvmmsg(this.#socket.descriptor, this.#messages, BATCH, DONT_WAIT, null);
    for (let index = 0; index < received; index++) {
      const length = this.#messageView.getUint32(index * MESSAGE + 56, true);
      this.#handOut(index, length, onPacket);
      this.#reset(index);
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

  /** The structures hold addresses of one another, which the garbage collector does not see. */
  #arrange(): void {
    const data = this.#libc.addressOf(this.#data);
    const names = this.#libc.addressOf(this.#names);
    const controls = this.#libc.addressOf(this.#controls);
    const vectors = this.#libc.addressOf(new Uint8Array(this.#vectors.buffer));
    for (let index = 0; index < BATCH; index++) {
      this.#vectors[2 * index] = data + BigInt(index * ANSWER_SNAPLEN);
      this.#vectors[2 * index + 1] = BigInt(ANSWER_SNAPLEN);
      // struct msghdr: name, its length, vectors, their number, control, its length.
      const at = index * MESSAGE;
      this.#messageView.setBigUint64(at, names + BigInt(index * NAME), true);
      this.#messageView.setBigUint64(at + 16, vectors + BigInt(index * VECTOR), true);
      this.#messageView.setBigUint64(at + 24, 1n, true);
      this.#messageView.setBigUint64(at + 32, controls + BigInt(index * CONTROL), true);
      this.#reset(index);
    }
  }

  /** The kernel writes how much it has used. */
  #reset(index: number): void {
    this.#messageView.setUint32(index * MESSAGE + 8, NAME, true);
    this.#messageView.setUint32(index * MESSAGE + 40, CONTROL, true);
    this.#messageView.setUint32(index * MESSAGE + 44, 0, true);
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
