/** Sends single packets, IP header included; the kernel finds the next hop. */
import { ProbeFailure } from "../lib/probe/probe.ts";
import type { RawRoute } from "../lib/probe/raw_network.ts";
import { ERRNO, type RawLibc } from "./raw_libc.ts";
import { RawError } from "./raw_error.ts";
import { AF, DONT_WAIT, OPTION, RawSocket, SOCK, socketAddress, SOL } from "./raw_socket.ts";

/** netinet/in.h: IPPROTO_RAW, which takes packets with their header and receives nothing. */
const WITH_HEADER = 255;

/**
 * netinet/in.h: IP_PMTUDISC_PROBE. The kernel sets no bound but the interface's: what it has learned of
 * the path's MTU would make it refuse the very packet that is to find out.
 */
const MTU_PROBE = 3;

const SEND_BUFFER = 4 * 1024 * 1024;

const OUTCOMES: ReadonlyMap<number, "unreachable"> = new Map([
  [ERRNO.networkDown, "unreachable"],
  [ERRNO.networkUnreachable, "unreachable"],
  [ERRNO.hostUnreachable, "unreachable"],
]);

/** The failure that an error number means while sending. */
export function sendFailure(errno: number): ProbeFailure {
  const outcome = OUTCOMES.get(errno) ?? "local_error";
  const forbidden = errno === ERRNO.notPermitted || errno === ERRNO.accessDenied;
  const reason = forbidden ? "forbidden on this machine" : "the system did not send it";
  return new ProbeFailure(outcome, `${reason} (error ${errno})`);
}

/** True when there is only no room at the moment. */
export function isFull(errno: number): boolean {
  return errno === ERRNO.again || errno === ERRNO.noBuffers || errno === ERRNO.interrupted;
}

/** A socket for each IP version, and one for whole links. */
export class RawSender implements Disposable {
  readonly #libc: RawLibc;
  readonly #v4: RawSocket;
  readonly #v6: RawSocket | undefined;
  readonly #link: RawSocket;

  /** @throws {RawError} */
  constructor(libc: RawLibc) {
    this.#libc = libc;
    this.#v4 = new RawSocket(libc, AF.inet, SOCK.raw, WITH_HEADER);
    this.#v4.setOption(SOL.ip, OPTION.ipMtuDiscover, MTU_PROBE);
    this.#v6 = openV6(libc);
    // Protocol 0: it receives nothing.
    this.#link = new RawSocket(libc, AF.packet, SOCK.datagram, 0);
    this.#link.setOption(SOL.packet, OPTION.packetQdiscBypass, 1);
    for (const socket of [this.#v4, this.#v6, this.#link]) {
      socket?.setBuffer(OPTION.sendBuffer, OPTION.sendBufferForce, SEND_BUFFER);
    }
  }

  /**
   * A socket for packets to a link-layer address: past the routing and firewall of this machine, and
   * past its queues, so that nothing waits and nothing is dropped unseen.
   */
  get linkDescriptor(): number {
    return this.#link.descriptor;
  }

  /** The socket for packets along a route. @throws {ProbeFailure} on a machine without IPv6 */
  descriptor({ destination }: RawRoute): number {
    const socket = destination.length === 4 ? this.#v4 : this.#v6;
    if (socket === undefined) throw new ProbeFailure("unreachable", "this machine has no IPv6");
    return socket.descriptor;
  }

  /** See RawNetwork.send. @throws {ProbeFailure} */
  send(packet: Uint8Array<ArrayBuffer>, route: RawRoute): number | undefined {
    const { destination, interfaceIndex } = route;
    const descriptor = this.descriptor(route);
    const address = socketAddress(destination, 0, scopeOf(destination, interfaceIndex));
    const { sendto } = this.#libc.symbols;
    const at = this.#libc.now();
    // A full buffer must not hold up everything else: hosts that do not answer ARP keep packets in it.
    const length = BigInt(packet.length);
    if (sendto(descriptor, packet, length, DONT_WAIT, address, address.length) >= 0) return at;
    const errno = this.#libc.errno();
    if (isFull(errno)) return undefined;
    throw sendFailure(errno);
  }

  [Symbol.dispose](): void {
    this.#v4[Symbol.dispose]();
    this.#v6?.[Symbol.dispose]();
    this.#link[Symbol.dispose]();
  }
}

function openV6(libc: RawLibc): RawSocket | undefined {
  try {
    const socket = new RawSocket(libc, AF.inet6, SOCK.raw, WITH_HEADER);
    socket.setOption(SOL.ipv6, OPTION.ipv6MtuDiscover, MTU_PROBE);
    return socket;
  } catch (error) {
    if (error instanceof RawError && error.kind === "unsupported") return undefined;
    throw error;
  }
}

/** Addresses of a link need to be told which; others must not be bound to one. */
function scopeOf(address: Uint8Array, interfaceIndex: number): number {
  const linkLocal = address[0] === 0xfe && (address[1]! & 0xc0) === 0x80;
  const multicast = address[0] === 0xff;
  return address.length === 16 && (linkLocal || multicast) ? interfaceIndex : 0;
}
