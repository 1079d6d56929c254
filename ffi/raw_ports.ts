/** Holds ports, so that the system gives them to nobody else while packets are sent from them. */
import { type RawLibc } from "./raw_libc.ts";
import { RawError } from "./raw_error.ts";
import { AF, OPTION, RawSocket, SOCK, socketAddress, SOL } from "./raw_socket.ts";

/** A port that is free for TCP is so for UDP, but for rare cases. */
const MOST_TRIES = 100;

/**
 * Sockets bound to ports that the system has chosen, TCP and UDP the same, IPv6 and IPv4. They are
 * not connected and do not listen: what comes in answer to a raw SYN, the kernel resets by itself,
 * as a host does that never asked; what comes in answer to raw UDP it keeps to itself.
 */
export class HeldPorts implements Disposable {
  readonly ports: readonly number[];
  readonly #sockets: RawSocket[] = [];

  /** @throws {RawError} */
  constructor(libc: RawLibc, count: number) {
    const ports: number[] = [];
    try {
      for (let tries = 0; ports.length < count; tries++) {
        if (tries === MOST_TRIES) throw new RawError("failed", "raw probes: no free ports");
        const tcp = this.#open(libc, SOCK.stream, 0);
        const udp = tcp && this.#open(libc, SOCK.datagram, tcp.port);
        if (tcp !== undefined && udp !== undefined) ports.push(tcp.port);
      }
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
    this.ports = ports;
  }

  [Symbol.dispose](): void {
    for (const socket of this.#sockets) socket[Symbol.dispose]();
  }

  #open(libc: RawLibc, type: number, port: number): RawSocket | undefined {
    const socket = openDualStack(libc, type);
    this.#sockets.push(socket);
    const any = new Uint8Array(socket.family === AF.inet ? 4 : 16);
    return socket.tryBind(socketAddress(any, port)) ? socket : undefined;
  }
}

/** For both IP versions where there is IPv6. */
function openDualStack(libc: RawLibc, type: number): RawSocket & { readonly family: number } {
  try {
    const socket = new RawSocket(libc, AF.inet6, type, 0);
    socket.setOption(SOL.ipv6, OPTION.ipv6Only, 0);
    return Object.assign(socket, { family: AF.inet6 });
  } catch (error) {
    if (!(error instanceof RawError) || error.kind !== "unsupported") throw error;
    return Object.assign(new RawSocket(libc, AF.inet, type, 0), { family: AF.inet });
  }
}
