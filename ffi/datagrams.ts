/** Receives UDP datagrams, many with one system call, into a large buffer. Linux only. */
import { lookup } from "node:dns/promises";
import type {
  DatagramHandlers,
  DatagramSocket,
  OpenDatagrams,
} from "../lib/collect/datagram_socket.ts";
import { addressBytes } from "../lib/net/address.ts";
import { MessageSlots } from "./message_slots.ts";
import { RawLibc } from "./raw_libc.ts";
import { AF, DONT_WAIT, OPTION, RawSocket, SOCK, socketAddress, SOL } from "./raw_socket.ts";
import { RawWait } from "./raw_wait.ts";

/** Datagrams that are taken with one system call. */
const BATCH = 64;

/** System calls after which timers and signals get their turn. */
const BATCHES = 32;

/** No datagram is larger: its length has 16 bits (RFC 768). */
const SLOT = 65_536;

/** Some seconds of many senders; without CAP_NET_ADMIN it is what net.core.rmem_max allows. */
const BUFFER_SIZE = 16 * 1024 * 1024;

/** linux/sock_diag.h: SK_MEMINFO_DROPS, and the number of values before and with it. */
const DROPS = 8;
const VALUES = 9;

/** Names that people know of errors of bind(2). */
const ERRORS: Readonly<Record<number, string>> = {
  13: "EACCES",
  97: "EAFNOSUPPORT",
  98: "EADDRINUSE",
  99: "EADDRNOTAVAIL",
};

/**
 * What opens sockets through the C library. It is loaded now: the sockets may be opened when the permission
 * to load it has been given up.
 *
 * @param bufferSize bytes of a socket's receive buffer
 * @throws {RawError} where that cannot be done
 */
export function datagramOpener(bufferSize: number = BUFFER_SIZE): OpenDatagrams {
  const libc = new RawLibc();
  return async ({ hostname, port }, handlers) => {
    const bytes = addressBytes((await lookup(hostname)).address);
    if (bytes === undefined) throw new Error(`bind EINVAL ${hostname}`);
    const socket = new RawSocket(libc, bytes.length === 4 ? AF.inet : AF.inet6, SOCK.datagram, 0);
    try {
      socket.setBuffer(OPTION.receiveBuffer, OPTION.receiveBufferForce, bufferSize);
      if (!socket.tryBind(socketAddress(bytes, port))) {
        const errno = libc.errno();
        throw new Error(`bind ${ERRORS[errno] ?? `error ${errno}`} ${hostname}:${port}`);
      }
      return new BatchSocket(libc, socket, handlers);
    } catch (error) {
      socket[Symbol.dispose]();
      throw error;
    }
  };
}

class BatchSocket implements DatagramSocket {
  readonly port: number;
  readonly #libc: RawLibc;
  readonly #socket: RawSocket;
  readonly #wait: RawWait;
  readonly #data = new Uint8Array(new ArrayBuffer(BATCH * SLOT));
  readonly #slots: MessageSlots;
  readonly #numbers = new Uint32Array(new ArrayBuffer(VALUES * 4));
  #isClosed = false;

  /** @throws {RawError} */
  constructor(libc: RawLibc, socket: RawSocket, handlers: DatagramHandlers) {
    this.#libc = libc;
    this.#socket = socket;
    this.port = socket.port;
    this.#slots = new MessageSlots(libc, this.#data, BATCH);
    this.#wait = new RawWait(libc, [socket.descriptor]);
    this.#pump(handlers).catch(handlers.onError);
  }

  dropped(): number {
    if (this.#isClosed) return this.#numbers[DROPS]!;
    const bytes = new Uint8Array(this.#numbers.buffer);
    const length = new Uint8Array(new Uint32Array([bytes.length]).buffer);
    const { getsockopt } = this.#libc.symbols;
    getsockopt(this.#socket.descriptor, SOL.socket, OPTION.memoryInfo, bytes, length);
    return this.#numbers[DROPS]!;
  }

  close(): void {
    if (this.#isClosed) return;
    this.dropped();
    this.#isClosed = true;
    this.#wait.wake();
  }

  async #pump({ onMessage }: DatagramHandlers): Promise<void> {
    try {
      while (!this.#isClosed) {
        await this.#wait.forPackets();
        while (!this.#isClosed && this.#drain(onMessage)) {
          await new Promise<void>((resolve) => setImmediate(resolve));
        }
      }
    } finally {
      this.#isClosed = true;
      this.#wait[Symbol.dispose]();
      this.#socket[Symbol.dispose]();
    }
  }

  /** True when there may be more. */
  #drain(onMessage: DatagramHandlers["onMessage"]): boolean {
    const { recvmmsg } = this.#libc.symbols;
    for (let batch = 0; batch < BATCHES; batch++) {
      const count = recvmmsg(this.#socket.descriptor, this.#slots.messages, BATCH, DONT_WAIT, null);
      for (let index = 0; index < count; index++) {
        const length = this.#slots.lengthOf(index);
        onMessage(this.#data.subarray(index * SLOT, index * SLOT + length));
      }
      if (count < BATCH) return false;
    }
    return true;
  }
}
