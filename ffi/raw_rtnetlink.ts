/** Asks Linux about routes, interfaces and addresses. Needs no privilege. */
import { type KernelMessage, parseKernelMessages } from "../lib/raw/rtnetlink.ts";
import type { RawLibc } from "./raw_libc.ts";
import { AF, DONT_WAIT, RawSocket, SOCK } from "./raw_socket.ts";

/** linux/netlink.h: NETLINK_ROUTE. */
const ROUTE = 0;

/** Longer than any part of an answer: the kernel's are 32 KiB at most. */
const BUFFER_SIZE = 64 * 1024;

/** Parts of the answer to one question: 100 neighbours and more fit into one. */
const MOST_PARTS = 10_000;

/** A socket for questions. The kernel has its answer ready when the question has been sent. */
export class RtnetlinkSocket implements Disposable {
  readonly #libc: RawLibc;
  readonly #socket: RawSocket;
  readonly #buffer = new Uint8Array(new ArrayBuffer(BUFFER_SIZE));
  readonly #kernel: Uint8Array<ArrayBuffer>;
  #sequence = 0;

  /** @throws {RawError} */
  constructor(libc: RawLibc) {
    this.#libc = libc;
    this.#socket = new RawSocket(libc, AF.netlink, SOCK.raw, ROUTE);
    // struct sockaddr_nl: port 0 is the kernel.
    this.#kernel = new Uint8Array(12);
    this.#kernel[0] = AF.netlink;
  }

  /** Everything that the kernel says to a question of lib/raw/rtnetlink_request.ts. */
  ask(request: Uint8Array<ArrayBuffer>): KernelMessage[] {
    const { sendto, recv } = this.#libc.symbols;
    const { descriptor } = this.#socket;
    new DataView(request.buffer).setUint32(8, ++this.#sequence, true);
    const messages: KernelMessage[] = [];
    const { length } = this.#kernel;
    if (sendto(descriptor, request, BigInt(request.length), 0, this.#kernel, length) < 0) {
      return messages;
    }
    for (let part = 0; part < MOST_PARTS; part++) {
      const size = recv(descriptor, this.#buffer, BigInt(BUFFER_SIZE), DONT_WAIT);
      if (size <= 0) break;
      messages.push(...parseKernelMessages(this.#buffer.subarray(0, size)));
      if (messages.at(-1)?.kind === "done") break;
    }
    return messages;
  }

  [Symbol.dispose](): void {
    this.#socket[Symbol.dispose]();
  }
}
